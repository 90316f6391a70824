"""Customers' files that messages announce: a row each, in the transaction that stores the messages; jobs after it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from safarichat.ground.sql import JSON, columns, fetch
from safarichat.media import jobs
from safarichat.media.keeping import clean_name
from safarichat.media.referring import named
from safarichat.providers.cloud_api.media import hex_digest

LIFE = timedelta(days=7)  # how long providers keep what a customer sent


class Brought(Struct, frozen=True, kw_only=True):
    """A customer's message that may bring a file."""

    account_id: int
    credential_id: int
    provider_message_id: str
    body: Mapping[str, JSON]
    at: datetime


def expect(brought: Sequence[Brought], now: datetime) -> None:
    """Note every file, once however often its message is told, and fetch them when this is committed."""
    found = [(one, file) for one in brought if (file := named(one.body)) is not None]
    if not found:
        return
    rows = fetch(
        """
        INSERT INTO files (account_id, credential_id, provider_message_id, origin, state, kind, mime_type, name,
                           told_sha256, provider_media_id, url, expires_at, try_at)
        SELECT account_id, credential_id, provider_message_id, 'inbound', 'pending', kind, mime_type, name, sha256,
               media_id, url, expires_at, %s
        FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                    %s::text[], %s::timestamptz[])
             n (account_id, credential_id, provider_message_id, kind, mime_type, name, sha256, media_id, url,
                expires_at)
        ON CONFLICT (credential_id, provider_message_id) WHERE provider_message_id IS NOT NULL DO NOTHING
        RETURNING id
        """,
        now,
        *columns(
            [
                (
                    one.account_id,
                    one.credential_id,
                    one.provider_message_id,
                    file.kind,
                    file.mime_type,
                    clean_name(file.name),
                    hex_digest(file.sha256),
                    file.media_id,
                    file.url,
                    one.at + LIFE,
                )
                for one, file in found
            ],
            10,
        ),
    )
    ids = [row[0] for row in rows]
    transaction.on_commit(lambda: jobs.defer(ids))
