"""Who is who: turns the names that events give for people into contacts, many at once.

A person is a set of identities. Everything named in one event is one person; when that joins two contacts, they become
one. What a person is called comes from the newest event that says it, so that any order of events ends the same.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction
from msgspec import Struct
from msgspec.structs import replace

from safarichat.contacts.identity import phone_key
from safarichat.contacts.joining import Merge, apart, lock, lock_to_make, record
from safarichat.ground.sql import columns, fetch, next_ids
from safarichat.providers.shapes import Person

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Identity = tuple[int, str, str]  # account, kind, value


class Naming(Struct, frozen=True):
    """What one event says about one human: all `persons` are them, the last as they are now."""

    account_id: int
    persons: tuple[Person, ...]
    at: datetime = LONG_AGO


class Resolved(Struct, frozen=True):
    """A contact id for each naming, in order; `merges` must be carried out in the same transaction."""

    contact_ids: list[int]
    merges: list[Merge]


class Nameless(ValueError):
    """An event names nobody: neither a phone number nor an id."""


def find(account_id: int, phones: Sequence[str], *, user_ids: Sequence[str] = ()) -> list[int | None]:
    """Contact ids of phone numbers, then of business-scoped ids, as far as they are known."""
    wanted = [(account_id, "phone", phone_key(phone)) for phone in phones]
    wanted += [(account_id, "user_id", user_id) for user_id in user_ids]
    known = _known(wanted) if wanted else {}
    return [known.get(identity) for identity in wanted]


def find_all(namings: Sequence[Naming]) -> list[int | None]:
    """Contact ids of people who are named by one thing each, of many accounts, as far as they are known."""
    wanted = [_only(naming) for naming in namings]
    known = _known(list(dict.fromkeys(wanted))) if wanted else {}
    return [known.get(identity) for identity in wanted]


def find_or_make(namings: Sequence[Naming]) -> list[int]:
    """As `find_all`, for people who are new as far as one knows: contacts are made for those who are. Call it before
    other rows are locked: see `joining.lock`."""
    if not namings:
        return []
    wanted = [_only(naming) for naming in namings]
    found = _make(dict(zip(wanted, namings, strict=True)))
    return [found[identity] for identity in wanted]


def named_as(contact_ids: Sequence[int]) -> tuple[Person, ...]:
    """One thing that each of these is known by: enough to name them all."""
    rows = fetch(
        "SELECT DISTINCT ON (contact_id) kind, value FROM contact_identities WHERE contact_id = ANY(%s::bigint[])"
        " ORDER BY contact_id, id",
        list(contact_ids),
    )
    return tuple(Person(wa_id=value) if kind == "phone" else Person(user_id=value) for kind, value in rows)


def resolve_all(namings: Sequence[Naming]) -> Resolved:
    """Contacts of people of many accounts, made where they are new, joined where somebody names two as one. Call it
    before other rows are locked: see `joining.lock`."""
    if not namings:
        return Resolved([], [])
    groups = _Groups(namings)
    known = _known(groups.identities())
    if groups.is_settled(known):
        return _written(groups, known, [])
    if groups.is_one_each(known):
        try:
            with transaction.atomic():  # what is undone with it are our rows and our part of the lock
                return _beside_others(groups)
        except _Overtaken:
            pass
    lock({naming.account_id for naming in namings})
    known = _known(groups.identities())  # somebody may have made them while we waited
    if pairs := apart(list(known.values())):
        groups = _Groups([_divided(naming, known, pairs) for naming in namings])
    return _written(groups, known, record(groups.merges(known)), is_alone=True)


class _Overtaken(Exception):
    """Somebody else has made one of them at the same time, or joins some."""


def _beside_others(groups: "_Groups") -> Resolved:
    """New people and new names of known ones, nobody to join: as long as no two mean the same person, any number do
    this at a time."""
    lock_to_make({naming.account_id for naming in groups.namings})
    known = _known(groups.identities())
    if not groups.is_one_each(known):
        raise _Overtaken
    return _written(groups, known, [])


def _written(groups: "_Groups", known: dict[Identity, int], merges: list[Merge], *, is_alone: bool = False) -> Resolved:
    contacts = groups.contacts(known)
    new = _ids_for([group for group in groups.members if group not in contacts])
    contacts |= new
    _learn(groups, contacts, merges, new)
    are_ours = _attach(groups, known, contacts, moved={merge.source: merge.into for merge in merges})
    if not (are_ours or is_alone):
        raise _Overtaken
    return Resolved([contacts[groups.of[index]] for index in range(len(groups.namings))], merges)


def identities(naming: Naming) -> list[Identity]:
    found: dict[Identity, None] = {}
    for person in naming.persons:
        for digits in (person.wa_id, person.phone):
            if key := phone_key(digits):
                found[naming.account_id, "phone", key] = None
        for user_id in (person.user_id, person.parent_user_id):
            if user_id:
                found[naming.account_id, "user_id", user_id] = None
    return list(found)


def _only(naming: Naming) -> Identity:
    for identity in identities(naming):
        return identity
    raise Nameless


def _divided(naming: Naming, known: dict[Identity, int], pairs: set[frozenset[int]]) -> Naming:
    """Without what belongs to somebody that this person is kept apart from: numbers change hands, ids do not."""
    named = sorted(identities(naming), key=lambda identity: identity[1] != "user_id")
    whose = next((known[identity] for identity in named if identity in known), None)
    strange = {identity for identity in named if frozenset((whose, known.get(identity, whose))) in pairs}
    if not strange:
        return naming
    own = [_without(person, {value for _, _, value in strange}) for person in naming.persons]
    return replace(naming, persons=tuple(own))


def _without(person: Person, strange: set[str]) -> Person:
    return replace(
        person,
        wa_id="" if phone_key(person.wa_id) in strange else person.wa_id,
        phone="" if phone_key(person.phone) in strange else person.phone,
        user_id="" if person.user_id in strange else person.user_id,
        parent_user_id="" if person.parent_user_id in strange else person.parent_user_id,
    )


class _Groups:
    """Namings that share an identity are one group: one human. A group is known by the number of its first naming."""

    def __init__(self, namings: Sequence[Naming]) -> None:
        self.namings = namings
        self.of = list(range(len(namings)))  # naming → group
        self.named: list[list[Identity]] = [identities(naming) for naming in namings]
        first: dict[Identity, int] = {}
        for index, named in enumerate(self.named):
            if not named:
                raise Nameless
            for identity in named:
                self._join(index, first.setdefault(identity, index))
        self.of = [self._root(index) for index in range(len(namings))]
        self.members: dict[int, list[int]] = {}
        for index, group in enumerate(self.of):
            self.members.setdefault(group, []).append(index)

    def _root(self, index: int) -> int:
        while self.of[index] != index:
            self.of[index] = index = self.of[self.of[index]]
        return index

    def _join(self, one: int, other: int) -> None:
        one, other = self._root(one), self._root(other)
        self.of[max(one, other)] = min(one, other)

    def identities(self, group: int | None = None) -> list[Identity]:
        indexes = range(len(self.namings)) if group is None else self.members[group]
        return list(dict.fromkeys(identity for index in indexes for identity in self.named[index]))

    def account(self, group: int) -> int:
        return self.namings[group].account_id

    def candidates(self, group: int, known: dict[Identity, int]) -> list[int]:
        return sorted({known[identity] for identity in self.identities(group) if identity in known})

    def is_settled(self, known: dict[Identity, int]) -> bool:
        return all(identity in known for identity in self.identities()) and all(
            len(self.candidates(group, known)) == 1 for group in self.members
        )

    def is_one_each(self, known: dict[Identity, int]) -> bool:
        return all(len(self.candidates(group, known)) <= 1 for group in self.members)

    def contacts(self, known: dict[Identity, int]) -> dict[int, int]:
        """The contact of each group that has one: the oldest."""
        found = {group: self.candidates(group, known) for group in self.members}
        return {group: candidates[0] for group, candidates in found.items() if candidates}

    def merges(self, known: dict[Identity, int]) -> list[tuple[int, int, int]]:
        return [
            (self.account(group), source, candidates[0])
            for group in self.members
            if (candidates := self.candidates(group, known))
            for source in candidates[1:]
        ]


def _known(wanted: list[Identity]) -> dict[Identity, int]:
    rows = fetch(
        "SELECT i.account_id, i.kind, i.value, i.contact_id"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) w (account_id, kind, value)"
        " JOIN contact_identities i ON (i.account_id, i.kind, i.value) = (w.account_id, w.kind, w.value)",
        *columns(wanted, 3),
    )
    return {(account_id, kind, value): contact_id for account_id, kind, value, contact_id in rows}


def _make(new: Mapping[Identity, Naming]) -> dict[Identity, int]:
    """Contacts of people whom nobody knew a moment ago. Any number at a time make some, while nobody joins any of their
    accounts. Always in the same order: of two who make the same one at once, the second waits for the first and takes
    theirs."""
    lock_to_make({account_id for account_id, _, _ in new})
    people = [(*identity, new[identity].persons[-1]) for identity in sorted(new)]
    rows = fetch(
        """
        WITH new AS MATERIALIZED (
          SELECT w.*, nextval(s.name) AS id
          FROM (SELECT pg_get_serial_sequence('contacts', 'id')::regclass AS name OFFSET 0) s,
               unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
               w (account_id, kind, value, phone, user_id, at)),
        identity AS (
          INSERT INTO contact_identities (account_id, kind, value, contact_id)
          SELECT account_id, kind, value, id FROM new
          ON CONFLICT DO NOTHING RETURNING account_id, kind, value, contact_id),
        contact AS (
          INSERT INTO contacts (account_id, id, phone, user_id, updated_at)
          SELECT account_id, id, phone, user_id, at FROM new JOIN identity USING (account_id, kind, value))
        SELECT account_id, kind, value, contact_id FROM identity
        """,
        *columns([(*named, one.phone or one.wa_id, one.user_id, LONG_AGO) for *named, one in people], 6),
    )
    made = {(account_id, kind, value): contact_id for account_id, kind, value, contact_id in rows}
    return made | (_known(others) if (others := [identity for identity in new if identity not in made]) else {})


def _ids_for(groups: Sequence[int]) -> dict[int, int]:
    return dict(zip(groups, next_ids("contacts", len(groups)), strict=True)) if groups else {}


def _attach(groups: _Groups, known: dict[Identity, int], contacts: dict[int, int], moved: dict[int, int]) -> bool:
    """Give each group's contact what is new of it, and all that belonged to those it has swallowed. Always in the same
    order, as `_make`. False when others have been quicker with something."""
    made: list[object] = []
    new = sorted(
        (*identity, contacts[group])
        for group in groups.members
        for identity in groups.identities(group)
        if identity not in known
    )
    if new:
        made += fetch(
            "INSERT INTO contact_identities (account_id, kind, value, contact_id)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) ON CONFLICT DO NOTHING"
            " RETURNING 1",
            *columns(new, 4),
        )
    if moved:
        fetch(
            "UPDATE contact_identities i SET contact_id = m.into_id"
            " FROM unnest(%s::bigint[], %s::bigint[]) m (source_id, into_id) WHERE i.contact_id = m.source_id",
            list(moved),
            list(moved.values()),
        )
    return len(made) == len(new)


class _Told(Struct):
    """What a contact's row says of the person; `at` is the time of the newest event that said it."""

    id: int
    profile_name: str
    username: str
    phone: str
    user_id: str
    at: datetime

    def hear(self, person: Person, at: datetime) -> None:
        is_newer = at >= self.at
        name, username = person.name[:255], person.username[:64]
        if name and (not self.profile_name or (at, name) >= (self.at, self.profile_name)):
            self.profile_name = name
        if username and (not self.username or is_newer):
            self.username = username
        phone = person.phone or person.wa_id
        if phone and (not self.phone or (is_newer and phone_key(phone) != phone_key(self.phone))):
            self.phone = phone
        if person.user_id and (not self.user_id or is_newer):
            self.user_id = person.user_id
        self.at = max(self.at, at)

    def as_person(self) -> tuple[Person, datetime]:
        person = Person(phone=self.phone, user_id=self.user_id, username=self.username, name=self.profile_name)
        return person, self.at


def _learn(groups: _Groups, contacts: dict[int, int], merges: Sequence[Merge], new: dict[int, int]) -> None:
    """Write what the events say of each person; the new ones' rows are made with it."""
    rows = fetch(
        "SELECT id, profile_name, username, phone, user_id, updated_at FROM contacts"
        " WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [*(contacts[group] for group in contacts if group not in new), *(merge.source for merge in merges)],
    )
    before = {row[0]: row for row in rows}
    told = {row[0]: _Told(*row) for row in rows} | {id: _Told(id, "", "", "", "", LONG_AGO) for id in new.values()}
    for merge in merges:
        told[merge.into].hear(*told[merge.source].as_person())
    for index in sorted(range(len(groups.namings)), key=lambda index: groups.namings[index].at):
        naming = groups.namings[index]
        told[contacts[groups.of[index]]].hear(naming.persons[-1], naming.at)
    _insert([(groups.account(group), *_row(told[contact_id])) for group, contact_id in new.items()])
    _update([row for one in told.values() if (row := _row(one)) != before.get(one.id, row)])


def _row(one: _Told) -> tuple[object, ...]:
    return (one.id, one.profile_name, one.username, one.phone, one.user_id, one.at)


def _insert(rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        fetch(
            "INSERT INTO contacts (account_id, id, profile_name, username, phone, user_id, updated_at)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::timestamptz[])",
            *columns(rows, 7),
        )


def _update(rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        fetch(
            "UPDATE contacts c SET profile_name = n.profile_name, username = n.username, phone = n.phone,"
            " user_id = n.user_id, updated_at = n.at"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
            " n (id, profile_name, username, phone, user_id, at) WHERE c.id = n.id",
            *columns(rows, 6),
        )
