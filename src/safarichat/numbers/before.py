"""What a number worked with: a new sign-in that comes to nothing, or to another number, must not cost it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from safarichat.numbers import connections, recording
from safarichat.numbers.models import Connection, OfficialWhatsappCredential


class Before(Struct, frozen=True):
    """`own` are the row's secrets, `shared` its connection's, opened for as long as the walk lasts."""

    own: Mapping[str, str]
    shared: Mapping[str, str]
    connection_id: int | None
    status: str
    token_expiration: datetime | None
    meta_app_config: Mapping[str, Any]
    provider_config: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Before({self.status})"


def before_of(row: OfficialWhatsappCredential, connection_id: int | None) -> Before:
    connection = Connection.objects.filter(pk=connection_id).first() if connection_id else None
    own = dict.fromkeys(recording.OWN_SECRETS, "") | recording.own_secrets(row)
    return Before(
        own,
        connections.opened(connection),
        connection_id,
        row.status,
        row.token_expiration,
        row.meta_app_config,
        row.provider_config,
    )


def restore(row: OfficialWhatsappCredential, before: Before) -> None:
    """In the caller's transaction; the row is not saved."""
    if row.connection_id != before.connection_id:
        connections.let_go(row)
        row.connection = Connection.objects.filter(pk=before.connection_id).first() if before.connection_id else None
    if row.connection is not None:
        gone = dict.fromkeys(connections.opened(row.connection), "")
        connections.put_secrets(row.connection, {**gone, **before.shared})
    recording.seal_secrets(row, before.own)
    row.status, row.token_expiration = before.status, before.token_expiration
    row.meta_app_config, row.provider_config = dict(before.meta_app_config), dict(before.provider_config)
