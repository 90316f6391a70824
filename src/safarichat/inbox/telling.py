"""Passes sorted news on to the rooms that keep it, and to open pages: once per batch and account."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from safarichat.contacts.consent import record
from safarichat.contacts.people import Nameless, Naming, find, identities, resolve_all
from safarichat.contacts.saving import Saved, save
from safarichat.ground.notify import announce_all, wake_workers
from safarichat.ground.sql import as_json, columns, fetch
from safarichat.inbox.consenting import Told, by_providers, by_words, is_understood
from safarichat.inbox.sorting import Pile, Raw
from safarichat.inbox.statuses import NOT_OURS, remembered, report
from safarichat.media.expecting import Brought, expect
from safarichat.media.referring import named
from safarichat.message_templates.news import apply as apply_template_news
from safarichat.messaging.changing import revoked
from safarichat.messaging.climbing import Changed
from safarichat.messaging.conversing import conversations_of
from safarichat.messaging.echoing import PARTNER, PHONE, Echo
from safarichat.messaging.merging import merge
from safarichat.messaging.receiving import INBOUND, Arrival, Report, take_in
from safarichat.numbers.news import apply
from safarichat.numbers.past import note as note_past
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import Echoed, Person, PersonChanged, PersonSaved, Received

JUST_BEFORE_THE_NEXT = timedelta(microseconds=999_999)
MOST_OF_IT_S = 0.99


def tell(pile: Pile) -> None:
    """Everything a batch says, in the caller's transaction."""
    choices = [told for told in pile.consents if is_understood(told[1])]
    arrivals, echoes, merged, choosers = _arrivals(pile, choices)
    reports = [report(route, event) for route, event, _ in pile.statuses]
    changed, strange = take_in(arrivals, [*reports, *remembered(echoes)], echoes)
    changed += conversations_of(record([*by_words(arrivals), *by_providers(choices, choosers)]))
    expect(_still_there([*map(_brought, arrivals), *map(_brought, echoes)]), datetime.now(UTC))
    _keep_strange(pile, strange)
    _keep_raw(pile.raw)
    if pile.account_news:
        apply(pile.account_news)
    if pile.template_news:
        apply_template_news(pile.template_news)
    note_past(pile.past)
    _announce([*changed, *merged], pile, _heard(pile.heard))
    _count_inbound(arrivals)


# --- people and messages ---


def _arrivals(pile: Pile, choices: Sequence[Told]) -> tuple[list[Arrival], list[Echo], list[Changed], list[int]]:
    """Who wrote, and what, whom the business wrote to elsewhere, who chose. Statuses teach us identities as well: an
    id that a later message may carry alone."""
    namings = [_naming(route, event, received_at) for route, event, received_at in pile.received]
    namings += [_naming(route, event, received_at) for route, event, received_at in pile.echoes]
    for naming in namings:
        if not identities(naming):
            raise Nameless
    learnt = [
        Naming(route.account_id, (event.recipient,), _time(event.at))
        for route, event, _ in pile.statuses
        if event.recipient.user_id and (event.recipient.wa_id or event.recipient.phone)
    ]
    chosen = [
        Naming(route.account_id, (event.person,), _time(event.at) if event.at else received_at)
        for route, event, received_at in choices
    ]
    saved = _worth_knowing(pile)
    in_book = [Naming(route.account_id, (event.person,)) for route, event, _ in saved]
    resolved = resolve_all([*namings, *chosen, *in_book, *learnt])
    merged = merge(resolved.merges)
    contacts = iter(resolved.contact_ids)
    arrivals = [_arrival(route, event, next(contacts), received_at) for route, event, received_at in pile.received]
    echoes = [_echo(route, event, next(contacts), received_at) for route, event, received_at in pile.echoes]
    choosers = [next(contacts) for _ in choices]
    save([_saved(event, next(contacts), received_at) for _, event, received_at in saved])
    return arrivals, echoes, merged, choosers


def _worth_knowing(pile: Pile) -> list[tuple[Route, PersonSaved, datetime]]:
    """Nobody becomes a contact by leaving the phone's address book."""
    return [
        (route, event, received_at)
        for route, event, received_at in pile.saved
        if not event.is_removed
        or find(route.account_id, [event.person.wa_id], user_ids=[event.person.user_id]) != [None, None]
    ]


def _saved(event: PersonSaved, contact_id: int, received_at: datetime) -> Saved:
    name = "" if event.is_removed else event.name
    return Saved(contact_id, name, _time(event.at) if event.at else received_at)


def _naming(route: Route, event: Received | PersonChanged | Echoed, received_at: datetime) -> Naming:
    match event:
        case Received():
            persons: tuple[Person, ...] = (event.sender,)
        case Echoed():
            persons = (event.recipient,)
        case PersonChanged():
            persons = (event.before, event.after)
    return Naming(route.account_id, persons, _time(event.at) if event.at else received_at)


def _arrival(route: Route, event: Received | PersonChanged, contact_id: int, received_at: datetime) -> Arrival:
    told_at = _time(event.at) if event.at else received_at
    is_note = isinstance(event, PersonChanged) or event.kind == "system"
    is_past = isinstance(event, Received) and event.is_past
    return Arrival(
        account_id=route.account_id,
        credential_id=route.credential_id,
        contact_id=contact_id,
        provider_message_id=event.provider_message_id,
        kind=event.kind if isinstance(event, Received) else "system",
        body=event.body,
        text=event.text,
        context_id=event.context_id if isinstance(event, Received) else "",
        told_at=told_at,
        at=told_at if is_past else _place(told_at, received_at),
        problem=event.problem if isinstance(event, Received) else None,
        is_note=is_note,
        is_past=is_past,
    )


def _brought(one: Arrival | Echo) -> Brought:
    """What was written on the phone has its file at the provider as well."""
    return Brought(
        account_id=one.account_id,
        credential_id=one.credential_id,
        provider_message_id=one.provider_message_id,
        body=one.body,
        at=datetime.now(UTC) if one.is_past else one.told_at if isinstance(one, Arrival) else one.at,
    )


def _still_there(brought: Sequence[Brought]) -> list[Brought]:
    """Not the files of messages that were taken back."""
    with_file = [one for one in brought if named(one.body)]
    gone = revoked([(one.credential_id, one.provider_message_id) for one in with_file])
    return [one for one in with_file if (one.credential_id, one.provider_message_id) not in gone]


def _echo(route: Route, event: Echoed, contact_id: int, received_at: datetime) -> Echo:
    told_at = _time(event.at) if event.at else received_at
    return Echo(
        account_id=route.account_id,
        credential_id=route.credential_id,
        contact_id=contact_id,
        provider_message_id=event.provider_message_id,
        kind=event.event,
        body=event.value,
        text=event.text,
        context_id=event.context_id,
        at=told_at if event.is_past else _place(told_at, received_at),
        origin=PARTNER if event.field == "message_echoes" else PHONE,
        is_past=event.is_past,
    )


def _place(told_at: datetime, received_at: datetime) -> datetime:
    """Providers tell whole seconds. Our own clock, kept within that second, puts an answer below what it answers, and
    what came later below what came earlier: after most of the second, ever more slowly."""
    late_s = max((received_at - told_at).total_seconds(), 0.0)
    within_s = late_s if late_s <= MOST_OF_IT_S else 1 - (1 - MOST_OF_IT_S) / (1 + late_s - MOST_OF_IT_S)
    return told_at + min(timedelta(seconds=within_s), JUST_BEFORE_THE_NEXT)


def _time(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)


# --- what is kept raw ---


def _keep_strange(pile: Pile, strange: Sequence[Report]) -> None:
    """Statuses of messages that another program sent with the same number: shown with the number, nothing lost."""
    unmatched = {(one.credential_id, one.provider_message_id, one.status) for one in strange}
    for route, event, hook_id in pile.statuses:
        if (route.credential_id, event.provider_message_id, event.status) in unmatched:
            value = msgspec.to_builtins(event)
            pile.raw.append(Raw(route, hook_id, "messages", value, _time(event.at), event.status, NOT_OURS))


def _keep_raw(raw: Sequence[Raw]) -> None:
    """Once per hook and piece of news, also when the hook is replayed."""
    if not raw:
        return
    fetch(
        """
        INSERT INTO hook_events (account_id, credential_id, hook_id, field, event, value, reason, at)
        SELECT n.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::jsonb[],
                               %s::text[], %s::timestamptz[])
               n (account_id, credential_id, hook_id, field, event, value, reason, at)
        WHERE NOT EXISTS (SELECT FROM hook_events h WHERE h.credential_id = n.credential_id AND h.hook_id = n.hook_id
                          AND h.field = n.field AND h.event = n.event AND h.value = n.value)
        """,
        *columns(
            [
                (
                    one.route.account_id,
                    one.route.credential_id,
                    one.hook_id,
                    one.field[:64],
                    one.event[:64],
                    as_json(one.value),
                    one.reason,
                    one.at,
                )
                for one in raw
            ],
            8,
        ),
    )


# --- who should know ---


def _heard(heard: dict[Route, datetime]) -> set[int]:
    """Webhooks arrive for these numbers: the last step of onboarding, which only the provider can take. Returns the
    numbers whose pages have something new to show; a busy number's row is touched every few seconds only."""
    rows = fetch(
        """
        WITH due AS (
          SELECT c.id, n.at FROM official_whatsapp_credentials c
          JOIN unnest(%s::bigint[], %s::timestamptz[]) n (id, at) USING (id)
          WHERE c.last_hook_at IS NULL OR n.at > c.last_hook_at + interval '5 seconds'
            OR c.steps #>> '{webhook_seen,state}' IS DISTINCT FROM 'done'
          ORDER BY c.id FOR NO KEY UPDATE OF c)
        UPDATE official_whatsapp_credentials c SET
          last_hook_at = greatest(c.last_hook_at, due.at),
          steps = CASE WHEN c.steps #>> '{webhook_seen,state}' = 'done' THEN c.steps
            ELSE c.steps || jsonb_build_object('webhook_seen', jsonb_build_object(
              'state', 'done', 'message', '',
              'at', to_char(due.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) END
        FROM due WHERE c.id = due.id RETURNING c.id
        """,
        [route.credential_id for route in heard],
        list(heard.values()),
    )
    return {row[0] for row in rows}


def _announce(changed: Iterable[Changed], pile: Pile, seen: set[int]) -> None:
    topics: dict[int, dict[str, None]] = {}
    for one in changed:
        topics.setdefault(one.account_id, {"inbox": None, "overview": None})[f"conversation:{one.conversation_id}"] = (
            None
        )
    for route in pile.heard:
        if route.credential_id in seen:
            topics.setdefault(route.account_id, {})[f"number:{route.credential_id}"] = None
    for route, _ in pile.past:
        topics.setdefault(route.account_id, {})[f"number:{route.credential_id}"] = None
    for route, _ in pile.account_news:
        names = (f"number:{route.credential_id}", "numbers", "overview")
        topics.setdefault(route.account_id, {}).update(dict.fromkeys(names))
    announce_all(topics)


def _count_inbound(arrivals: Sequence[Arrival]) -> None:
    """Providers count both directions against a number's pace: tell whoever holds its lane."""
    counts = Counter(arrival.credential_id for arrival in arrivals if not arrival.is_past)
    if counts:
        wake_workers(f"{INBOUND}:" + ",".join(f"{number}={count}" for number, count in counts.items()))
