"""How a number presents the business to its customers: profile, photo and name."""

from collections.abc import Mapping
from typing import Any

from safarichat.numbers import deeds, recording
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.rows import changing
from safarichat.providers.shapes import Deed, Done

# Of a name that was asked for and is not decided yet.
UNDECIDED = ("PENDING_REVIEW",)


def profile_of(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """As it was read last."""
    told = row.provider_config.get("profile")
    return told if isinstance(told, dict) else {}


def read(account_id: int, credential_id: int) -> Deed | None:
    """None: no such number in the account."""
    return deeds.do(account_id, credential_id, "read_profile", {})


def write(account_id: int, credential_id: int, changes: Mapping[str, Any]) -> Deed | None:
    """`changes` are those of about, address, description, email, vertical and websites that become different."""
    outcome = deeds.do(account_id, credential_id, "write_profile", {"profile": dict(changes)})
    if isinstance(outcome, Done) and "profile" not in outcome.facts:
        with changing(credential_id, account_id) as row:
            recording.take_facts(row, {"profile": profile_of(row) | dict(changes)})
    return outcome


def write_photo(account_id: int, credential_id: int, *, mime_type: str, data: bytes) -> Deed | None:
    return deeds.do(account_id, credential_id, "write_photo", {"mime_type": mime_type, "data": data})


def rename(account_id: int, credential_id: int, name: str) -> Deed | None:
    """Ask for another name; the provider decides later."""
    outcome = deeds.do(account_id, credential_id, "rename", {"name": name})
    if isinstance(outcome, Done):
        with changing(credential_id, account_id) as row:
            facts = {"new_display_name": name, "new_name_status": "PENDING_REVIEW", **outcome.facts}
            recording.take_facts(row, facts)
    return outcome


def asked_name(row: OfficialWhatsappCredential) -> str:
    """The name that was asked for, as long as it is not in use."""
    asked = str(row.provider_config.get("new_display_name") or "")
    return "" if asked == row.verified_name else asked
