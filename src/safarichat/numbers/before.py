"""What a number worked with: a new sign-in that comes to nothing, or to another number, must not cost it.

It is kept sealed in the row from the moment a sign-in comes back until that has settled, so that a process that dies
on the way does not take it along.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen
from safarichat.numbers import connections, recording
from safarichat.numbers.models import LIVE, Connection, OfficialWhatsappCredential


class Before(Struct, frozen=True):
    """`own` are the row's secrets, `shared` its connection's."""

    own: Mapping[str, str]
    shared: Mapping[str, str]
    connection_id: int | None
    status: str
    token_expiration: datetime | None
    meta_app_config: Mapping[str, Any]
    provider_config: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Before({self.status})"


def works(row: OfficialWhatsappCredential) -> bool:
    return bool(row.onboarding_completed_at and row.status in LIVE and row.status != "connecting")


def keep(row: OfficialWhatsappCredential) -> None:
    """Put what works aside; what is aside from an earlier sign-in that has not settled stays. The row is not saved."""
    if row.before or not works(row):
        return
    try:
        before = _before_of(row)
    except CannotOpen:  # it does not work, whatever its status says
        return
    fields.seal(row, "before", msgspec.json.encode(before).decode())


def restore(row: OfficialWhatsappCredential) -> bool:
    """Take back what was put aside. False: there was nothing. In the caller's transaction; the row is not saved."""
    before = _kept(row)
    row.before = ""
    if before is None:
        return False
    if row.connection_id != before.connection_id:
        connections.let_go(row)
        row.connection = Connection.objects.filter(pk=before.connection_id).first() if before.connection_id else None
    if row.connection is not None:
        gone = dict.fromkeys(connections.opened(row.connection), "")
        connections.put_secrets(row.connection, {**gone, **before.shared})
    recording.seal_secrets(row, before.own)
    row.status, row.token_expiration = before.status, before.token_expiration
    row.meta_app_config, row.provider_config = dict(before.meta_app_config), dict(before.provider_config)
    return True


def forget(row: OfficialWhatsappCredential) -> None:
    """The new sign-in works: what it replaces is needed no more, nor is a connection that nothing else uses."""
    before = _kept(row)
    row.before = ""
    if before is not None and before.connection_id and before.connection_id != row.connection_id:
        connections.end_unused(before.connection_id, but=row)


def _before_of(row: OfficialWhatsappCredential) -> Before:
    return Before(
        dict.fromkeys(recording.OWN_SECRETS, "") | recording.own_secrets(row),
        connections.opened(row.connection),
        row.connection_id,
        row.status,
        row.token_expiration,
        row.meta_app_config,
        row.provider_config,
    )


def _kept(row: OfficialWhatsappCredential) -> Before | None:
    try:
        text = fields.opened(row, "before")
    except CannotOpen:
        return None
    return msgspec.json.decode(text, type=Before) if text else None
