"""Two contacts that became one, and two again: what moved is kept with each merge, so that a person may undo it. From
then on they are kept apart, whatever an event says, until a person joins them again.

Merges of one contact are undone from the newest on: each finds things as it left them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from safarichat.contacts.identity import phone_key
from safarichat.contacts.models import Contact, ContactMerge
from safarichat.ground.sql import as_json, columns, fetch

LOCK = 0x5AFA_0001 << 32  # our part of the space of advisory locks; the account's id is added
TOLD = ("name", "profile_name", "username", "phone", "user_id")


class Merge(Struct, frozen=True):
    """Two contacts turned out to be one: what belongs to `source` goes to `into`, then `forget` takes the rest. `id` is
    the record of it."""

    account_id: int
    source: int
    into: int
    id: int


def lock(accounts: set[int]) -> None:
    """One at a time joins an account's contacts, and nobody makes any meanwhile. Taken in order, once, before any row
    lock: no deadlock."""
    fetch("SELECT pg_advisory_xact_lock(%s::bigint + k) FROM unnest(%s::bigint[]) k", LOCK, sorted(accounts))


def lock_to_make(accounts: set[int]) -> None:
    """Any number at a time make contacts, while nobody joins any."""
    fetch("SELECT pg_advisory_xact_lock_shared(%s::bigint + k) FROM unnest(%s::bigint[]) k", LOCK, sorted(accounts))


def current(contacts: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Of these, each with its account, those that became part of another contact → that one."""
    rows = fetch(
        "SELECT m.account_id, m.source_id, m.contact_id FROM unnest(%s::bigint[], %s::bigint[]) n (account_id, id)"
        " JOIN contact_merges m ON m.account_id = n.account_id AND m.source_id = n.id AND m.undone_at IS NULL",
        *columns(sorted(contacts), 2),
    )
    return {(account_id, source): into for account_id, source, into in rows}


# --- one ---


def record(pairs: Sequence[tuple[int, int, int]]) -> list[Merge]:
    """Account, source and into of each: written down as they are now, before anything moves."""
    return [_record(*pair) for pair in pairs]


def _record(account_id: int, source: int, into: int) -> Merge:
    carried = fetch("UPDATE contact_merges SET contact_id = %s WHERE contact_id = %s RETURNING id", into, source)
    fetch("UPDATE contact_merges SET source_id = %s WHERE source_id = %s AND undone_at IS NOT NULL", into, source)
    rows = fetch(
        """
        INSERT INTO contact_merges (account_id, contact_id, source_id, source, before, identities, carried, consents)
        SELECT i.account_id, i.id, s.id, to_jsonb(s), to_jsonb(i), coalesce(
          (SELECT jsonb_agg(jsonb_build_array(kind, value)) FROM contact_identities WHERE contact_id = s.id), '[]'),
          %s::jsonb, coalesce((SELECT jsonb_agg(id) FROM consent_events WHERE contact_id = s.id), '[]')
        FROM contacts i, contacts s WHERE i.id = %s AND s.id = %s RETURNING id
        """,
        as_json([row[0] for row in carried]),
        into,
        source,
    )
    return Merge(account_id, source, into, rows[0][0])


def forget(merges: Sequence[Merge]) -> None:
    """Drop contacts that have become part of another. Their name with colleagues and their consent live on."""
    fetch(
        "UPDATE contacts c SET name = s.name, named_at = s.named_at"
        " FROM contacts s, unnest(%s::bigint[], %s::bigint[]) m (source_id, into_id)"
        " WHERE c.id = m.into_id AND s.id = m.source_id AND c.name = '' AND s.name <> ''",
        [merge.source for merge in merges],
        [merge.into for merge in merges],
    )
    fetch(
        "UPDATE consent_events e SET contact_id = m.into_id"
        " FROM unnest(%s::bigint[], %s::bigint[]) m (source_id, into_id) WHERE e.contact_id = m.source_id",
        [merge.source for merge in merges],
        [merge.into for merge in merges],
    )
    fetch("DELETE FROM contacts WHERE id = ANY(%s::bigint[])", [merge.source for merge in merges])


# --- and two again ---


def apart(contact_ids: Sequence[int]) -> set[frozenset[int]]:
    """Pairs among these that a person said are two people."""
    rows = fetch(
        "SELECT contact_id, source_id FROM contact_merges WHERE undone_at IS NOT NULL"
        " AND contact_id = ANY(%s::bigint[]) AND source_id = ANY(%s::bigint[])",
        list(contact_ids),
        list(contact_ids),
    )
    return {frozenset(row) for row in rows}


def part(account_id: int, merge_id: int, *, by: int, now: datetime) -> ContactMerge | None:
    """The source is a contact again, with what it was known by. None when there is no such merge, it was undone, or a
    newer one of the same contact comes first. Inside `acting_for`."""
    lock({account_id})
    found = ContactMerge.objects.filter(account_id=account_id, pk=merge_id, undone_at=None).first()
    if found is None or found.pk != newest(account_id, found.contact_id):
        return None
    Contact.objects.create(
        id=found.source_id,
        account_id=account_id,
        **{name: found.source[name] for name in TOLD},
        **{name: _time(found.source.get(name)) for name in ("named_at", "created_at", "updated_at")},
    )
    fetch(
        "UPDATE contact_identities i SET contact_id = %s FROM unnest(%s::text[], %s::text[]) n (kind, value)"
        " WHERE i.contact_id = %s AND (i.kind, i.value) = (n.kind, n.value)",
        found.source_id,
        *columns(found.identities, 2),
        found.contact_id,
    )
    _give_back(found)
    _part_consent(found)
    ContactMerge.objects.filter(account_id=account_id, pk__in=found.carried).update(contact_id=found.source_id)
    found.undone_at, found.undone_by_id = now, by
    found.save(update_fields=["undone_at", "undone_by"])
    return found


def newest(account_id: int, contact_id: int) -> int | None:
    """The merge that may be undone next."""
    held = ContactMerge.objects.filter(account_id=account_id, contact_id=contact_id, undone_at=None)
    return held.order_by("-id").values_list("id", flat=True).first()


def _give_back(merge: ContactMerge) -> None:
    """Whatever the contact has from the other goes back; what it was told of itself since stays."""
    row = Contact.objects.get(account_id=merge.account_id, pk=merge.contact_id)
    for name in TOLD:
        now, theirs, before = getattr(row, name), merge.source[name], merge.before[name]
        is_theirs = phone_key(now) == phone_key(theirs) if name == "phone" else now == theirs
        if now and is_theirs:
            setattr(row, name, before)
    row.save(update_fields=TOLD)


def _part_consent(merge: ContactMerge) -> None:
    """What was said before goes back. A withdrawal since then may have been either's: it holds for both."""
    fetch(
        "UPDATE consent_events SET contact_id = %s WHERE contact_id = %s AND id = ANY(%s::bigint[])",
        merge.source_id,
        merge.contact_id,
        merge.consents,
    )
    fetch(
        "INSERT INTO consent_events (account_id, contact_id, purpose, is_granted, source, detail, evidence, told_by_id,"
        " happened_at) SELECT account_id, %s, purpose, false, source, detail, left(evidence, 370) || ':parted:' || id,"
        " told_by_id, happened_at FROM consent_events WHERE contact_id = %s AND NOT is_granted AND learnt_at >= %s"
        " ON CONFLICT DO NOTHING",
        merge.source_id,
        merge.contact_id,
        merge.merged_at,
    )


def _time(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def joinable(account_id: int, merge_id: int) -> tuple[int, int] | None:
    """The two contacts that this undone merge keeps apart; from now on it does not. None when there is none such."""
    lock({account_id})
    found = ContactMerge.objects.filter(account_id=account_id, pk=merge_id, undone_at__isnull=False).first()
    if found is None:
        return None
    pair = (found.contact_id, found.source_id)
    ContactMerge.objects.filter(account_id=account_id, undone_at__isnull=False).filter(
        contact_id__in=pair, source_id__in=pair
    ).delete()
    return pair
