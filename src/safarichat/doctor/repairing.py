"""One click that cures: the deed of a cause, and a look afterwards whether it helped."""

from msgspec import Struct

from safarichat.doctor import causes
from safarichat.doctor.diagnosing import Diagnosis, diagnose
from safarichat.numbers import deeds
from safarichat.numbers.rows import find
from safarichat.providers.shapes import Done


class Repaired(Struct, frozen=True):
    """`is_done`: the provider took it; the diagnosis says whether it helped. Sentences are untranslated."""

    is_done: bool
    message: str
    cure: str
    diagnosis: Diagnosis


def repair(account_id: int, credential_id: int, cause: str) -> Repaired | None:
    """None: there is no such number, no such cause, or nothing that one click can do about it."""
    row = find(account_id, credential_id)
    known = causes.every(row.api_provider).get(cause) if row else None
    if known is None or not known.repair:
        return None
    done = deeds.do(account_id, credential_id, known.repair, {})
    diagnosis = diagnose(account_id, credential_id)
    if done is None or diagnosis is None:
        return None
    if isinstance(done, Done):
        return Repaired(True, done.message, "", diagnosis)
    return Repaired(False, done.problem.message, done.problem.cure, diagnosis)
