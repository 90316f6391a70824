"""Asking a number's provider something in the name of a program, with the number's own credential."""

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Answer
from safarichat.numbers import calls
from safarichat.numbers.asking import within
from safarichat.numbers.deeds import KEY_MISSING, NOT_CONNECTED
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import find
from safarichat.numbers.use import opened_number
from safarichat.providers.passing import Passed
from safarichat.providers.shapes import Later, Refused, Unknown

PATIENCE_S = 20.0


def pass_on(account_id: int, credential_id: int, asked: Passed) -> Answer | Refused | Later | Unknown:
    """The provider's answer as it came, some seconds over the network."""
    row = find(account_id, credential_id)
    if row is None or not row.is_signed_in:
        return Refused(NOT_CONNECTED)
    try:
        number, place = opened_number(row), platform_of(row)
    except CannotOpen:
        return Refused(KEY_MISSING)
    talk = providers.get(row.api_provider).pass_on(number, asked, place)
    return run_talk(talk, within(PATIENCE_S, calls.noting(account_id, credential_id, "gateway")))
