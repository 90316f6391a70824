"""Telling the provider that a customer's message was read."""

from django.utils.translation import gettext_noop

from safarichat import providers
from safarichat.ground.keyring import CannotOpen
from safarichat.ground.outbound import run_talk
from safarichat.numbers import calls
from safarichat.numbers.asking import within
from safarichat.numbers.deeds import KEY_MISSING, NOT_CONNECTED
from safarichat.numbers.platform import platform_of
from safarichat.numbers.rows import find
from safarichat.numbers.use import opened_number
from safarichat.providers.shapes import Outcome, Problem, Refused

PATIENCE_S = 10.0
NOT_OFFERED = Problem(
    key="not_offered",
    code=131009,
    message=gettext_noop("This number's provider can't be told that a message was read."),
    fault="provider",
)


def mark_read(account_id: int, credential_id: int, provider_message_id: str, *, is_typing: bool = False) -> Outcome:
    """This message and those before it, some seconds over the network."""
    row = find(account_id, credential_id)
    if row is None or not row.is_signed_in:
        return Refused(NOT_CONNECTED)
    provider = providers.get(row.api_provider)
    if not provider.abilities.can_mark_read:
        return Refused(NOT_OFFERED)
    try:
        number, place = opened_number(row), platform_of(row)
    except CannotOpen:
        return Refused(KEY_MISSING)
    talk = provider.mark_read(number, provider_message_id, place, is_typing=is_typing)
    return run_talk(talk, within(PATIENCE_S, calls.noting(account_id, credential_id, "mark_read")))
