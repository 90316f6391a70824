"""Keeping a file that a person or program gives us to send."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from safarichat.ground.spooling import NoRoom, Spool
from safarichat.ground.sql import columns, fetch
from safarichat.ground.storing import StoreAway
from safarichat.media import places
from safarichat.media.kinds import kind_for, size_problem
from safarichat.media.models import File
from safarichat.media.sniffing import mime_of
from safarichat.providers.shapes import Refused

logger = logging.getLogger("safarichat.media")

UNUSED_AFTER = timedelta(days=1)
ORPHAN_AFTER = timedelta(days=1)


class Kept(Struct, frozen=True):
    id: int
    kind: str
    name: str


def store(account_id: int, spooled: Spool, name: str) -> File | Refused:
    """The bytes into the store, and the row that is to name them: outside of any transaction, since a store may be far
    away. Raises NoRoom or StoreAway; then nothing is left."""
    if problem := size_problem(spooled.size):
        return Refused(problem)
    mime_type = mime_of(spooled.head, name)
    key = places.new_key(account_id)
    places.store().put(key, spooled.chunks())
    return File(
        account_id=account_id,
        origin=File.Origin.OUTBOUND,
        state=File.State.STORED,
        kind=kind_for(mime_type, spooled.size),
        mime_type=mime_type,
        name=clean_name(name),
        size=spooled.size,
        sha256=spooled.digest.hex(),
        key=key,
    )


def keep(file: File, *, uploaded_by: int | None, now: datetime) -> Kept:
    """Write the row of a file that is in the store. Inside `acting_for`."""
    file.uploaded_by_id, file.stored_at = uploaded_by, now
    file.save(force_insert=True)
    return Kept(file.pk, file.kind, file.name)


def use(account_id: int, file_ids: Collection[int], now: datetime) -> None:
    """Messages take them along: they are kept as long as messages are. Inside `acting_for`."""
    if file_ids:
        File.objects.filter(account_id=account_id, pk__in=file_ids).update(used_at=now)


def is_used(account_id: int, file_id: int) -> bool:
    return File.objects.filter(account_id=account_id, pk=file_id, used_at__isnull=False).exists()


def drop(file: File) -> None:
    """Forget a file whose message was not taken: first the row, so that nobody is shown what is gone."""
    if file.pk:
        File.objects.filter(account_id=file.account_id, pk=file.pk).delete()
    drop_bytes([file.key])


def drop_of_messages(brought: Sequence[tuple[int, str]]) -> None:
    """Files of messages that are no more to be seen, by number and provider's id: the rows now, the bytes after the
    commit."""
    if not brought:
        return
    rows = fetch(
        "DELETE FROM files f USING unnest(%s::bigint[], %s::text[]) n (c, theirs)"
        " WHERE (f.credential_id, f.provider_message_id) = (n.c, n.theirs) RETURNING f.key",
        *columns(brought, 2),
    )
    keys = [row[0] for row in rows if row[0]]
    if keys:
        transaction.on_commit(lambda: drop_bytes(keys))


def drop_unused(now: datetime, most: int = 200) -> int:
    """Files that no message took along within a day: somebody uploaded and went away."""
    dropped = 0
    while True:
        rows = fetch(
            "DELETE FROM files WHERE id IN (SELECT id FROM files WHERE origin = 'outbound' AND used_at IS NULL"
            " AND created_at < %s ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING key",
            now - UNUSED_AFTER,
            most,
        )
        drop_bytes([row[0] for row in rows])
        dropped += len(rows)
        if len(rows) < most:
            return dropped


def drop_orphans() -> int:
    """What lies in the store and is named by no row: its account was deleted, or the process died in between."""
    dropped = 0
    for keys in places.store().older_than(ORPHAN_AFTER):
        rows = fetch("SELECT k FROM unnest(%s::text[]) k WHERE NOT EXISTS (SELECT FROM files WHERE key = k)", keys)
        drop_bytes([row[0] for row in rows])
        dropped += len(rows)
    return dropped


def drop_bytes(keys: Sequence[str]) -> None:
    """What can't be dropped now is an orphan, and found as such."""
    try:
        for key in keys:
            places.store().drop(key)
    except (StoreAway, NoRoom) as problem:
        logger.warning("files are dropped later: %s", problem)


def clean_name(name: str) -> str:
    """The last part of a path, without what breaks headers."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable() and sign not in '"<>|*?:').strip(" .")[-200:]
