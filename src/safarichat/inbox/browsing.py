"""The hooks that told something of a number, as its log shows them, and one of them understood again.

Rows are found as the tenant, by `hooks_of_numbers`; bytes are then read as the owner role and cut to what is about the
number. So a search finds nothing in what is another account's.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote_plus

from django.db import transaction
from msgspec import Struct

from safarichat.ground.batching import drop_broken_connection
from safarichat.ground.sql import fetch, is_passing
from safarichat.ground.tenancy import acting_for
from safarichat.inbox.heard import SOURCE, STUMBLED, note, note_stumble
from safarichat.inbox.models import HookOfNumber
from safarichat.inbox.owning import Own, hooks_of, only, own
from safarichat.inbox.sorting import sort
from safarichat.inbox.telling import tell
from safarichat.numbers.logged import LOOK_AT, Entry, Looked, Place, Wanted, bounds
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Event, Received, StatusChanged

logger = logging.getLogger("safarichat.inbox")

LARGEST_LISTED = 64 * 1024  # bytes of a hook that a list reads to say what it is about
SEARCHED_AT_ONCE = 200

LOOK = """
WITH looked AS MATERIALIZED (
  SELECT at, hook_id, fields, reason FROM hooks_of_numbers
  WHERE credential_id = %s::bigint AND account_id = %s::bigint AND at >= %s AND (at, hook_id) < (%s, %s)
  ORDER BY at DESC, hook_id DESC LIMIT %s)
SELECT (SELECT count(*) FROM looked), (SELECT min(at) FROM looked), f.*
FROM (VALUES (1)) one LEFT JOIN (
  SELECT * FROM looked WHERE (%s::text = '' OR %s::text = ANY(string_to_array(fields, ',')))
    AND (%s::text = '' OR (reason = '') = (%s = 'ok'))
  ORDER BY at DESC, hook_id DESC LIMIT %s) f ON true ORDER BY f.at DESC, f.hook_id DESC
"""


class _Row(Struct, frozen=True):
    at: datetime
    hook_id: int
    fields: str
    reason: str

    def says(self, text: str) -> bool:
        return text.lower() in f"{self.fields} {self.reason}".lower()


def look(row: OfficialWhatsappCredential, wanted: Wanted, before: Place | None, most: int) -> Looked:
    """The newest entries before that place. No transaction is open around it."""
    since, until, id_ = bounds(wanted, before, SOURCE)
    at_most = LOOK_AT if wanted.text else most
    narrowed = bool(wanted.kind or wanted.outcome or wanted.text)
    with acting_for(wanted.account_id):
        rows = fetch(
            LOOK,
            *(wanted.credential_id, wanted.account_id, since, until, id_, LOOK_AT if narrowed else most),
            *(wanted.kind, wanted.kind, wanted.outcome, wanted.outcome, at_most),
        )
    count, oldest = rows[0][:2]
    found = [_Row(*each[2:]) for each in rows if each[2] is not None]
    entries = _searched(row, found, wanted.text, most) if wanted.text else _entries(row, found)
    return Looked(entries, oldest if narrowed and count == LOOK_AT else None)


def _searched(row: OfficialWhatsappCredential, found: Sequence[_Row], text: str, most: int) -> list[Entry]:
    entries: list[Entry] = []
    needles = _needles(text)
    for start in range(0, len(found), SEARCHED_AT_ONCE):
        some = found[start : start + SEARCHED_AT_ONCE]
        having = _having([each.hook_id for each in some], needles)
        hit = [each for each in some if each.hook_id in having or each.says(text)]
        cut = _cut(row, hit)
        entries += [
            _entry(each, cut.get(each.hook_id))
            for each in hit
            if each.says(text) or _holds(cut.get(each.hook_id), needles)
        ]
        if len(entries) >= most:
            break
    return entries[:most]


def _having(ids: Sequence[int], needles: Sequence[bytes]) -> set[int]:
    """Hooks with these words anywhere in them, another's part included: to be looked at more closely."""
    rows = fetch(
        "SELECT id FROM inbox WHERE id = ANY(%s::bigint[])"
        " AND EXISTS (SELECT FROM unnest(%s::bytea[]) n WHERE position(n IN body) > 0 OR position(n IN"
        " convert_to(query, 'UTF8')) > 0)",
        list(ids),
        list(needles),
    )
    return {found[0] for found in rows}


def _needles(text: str) -> list[bytes]:
    """As it may be written in JSON and in a form; a phone number as digits."""
    digits = text.translate(_PRETTY)
    plain = digits if digits.isascii() and digits.isdigit() and len(digits) > 5 else text
    ways = (plain, json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1], quote_plus(plain))
    return [way.encode() for way in dict.fromkeys(ways)]


_PRETTY = str.maketrans("", "", "+-() .\u00a0")


def _holds(part: Own | None, needles: Sequence[bytes]) -> bool:
    texts = [*part.parts, part.hook.query.encode()] if part else []
    return any(needle in text for text in texts for needle in needles)


def _cut(row: OfficialWhatsappCredential, found: Sequence[_Row]) -> dict[int, Own]:
    fields = {each.hook_id: each.fields.split(",") for each in found}
    hooks = hooks_of(fields, largest=LARGEST_LISTED * 8)
    return {hook.id: own(hook, row, fields=fields[hook.id]) for hook in hooks}


def _entries(row: OfficialWhatsappCredential, found: Sequence[_Row]) -> list[Entry]:
    cut = _cut(row, found)
    return [_entry(each, cut.get(each.hook_id)) for each in found]


def _entry(found: _Row, cut: Own | None) -> Entry:
    return Entry(
        source=SOURCE,
        id=found.hook_id,
        at=found.at,
        kinds=tuple(found.fields.split(",")),
        label=_about(cut.events) if cut else "",
        is_ok=not found.reason,
        problem=found.reason,
    )


def _about(events: Sequence[Event]) -> str:
    """In a few words of the provider's, the first of what it tells and how many more."""
    words = list(dict.fromkeys(filter(None, map(_word, events))))
    more = len(words) - 3
    return ", ".join(words[:3]) + (f" +{more}" if more > 0 else "")


def _word(event: Event) -> str:
    match event:
        case Received():
            return f"{event.kind} {event.sender.phone or event.sender.wa_id or event.sender.user_id}".strip()
        case StatusChanged():
            return event.status
    return str(getattr(event, "event", ""))


def newest_at(account_id: int, credential_id: int) -> datetime | None:
    """Inside `acting_for`."""
    mine = HookOfNumber.objects.filter(account_id=account_id, credential_id=credential_id)
    return mine.order_by("-at", "-hook_id").values_list("at", flat=True).first()


# --- one of them ---


class Opened(Struct, frozen=True):
    entry: Entry
    own: Own | None  # None: its bytes are kept no more, or the number has another id since


def open_one(row: OfficialWhatsappCredential, hook_id: int) -> Opened | None:
    """None: it told nothing of this number. No transaction is open around it."""
    hooks = hooks_of([hook_id])
    with acting_for(row.account_id):
        links = HookOfNumber.objects.filter(account_id=row.account_id, credential_id=row.pk, hook_id=hook_id)
        if hooks:  # the key's own order
            links = links.filter(at=hooks[0].received_at)
        link = links.first()
    if link is None:
        return None
    found = _Row(link.at, hook_id, link.fields, link.reason)
    cut = own(hooks[0], row, fields=link.fields.split(",")) if hooks else None
    return Opened(_entry(found, cut), cut if cut and cut.parts else None)


def understand_again(row: OfficialWhatsappCredential, opened: Opened) -> str:
    """This number's part of it, at once: what is here already stays as it is. Returns why not, or nothing."""
    if opened.own is None:
        return ""
    hooks = opened.own.hooks
    try:
        with transaction.atomic():
            whole = sort(hooks)
            pile = only(whole, (row.account_id, row.pk))
            tell(pile)
            note(pile)
            if opened.own.is_whole and not whole.reasons:
                fetch("UPDATE inbox SET state = 1, reason = '' WHERE id = %s AND state = 2", opened.entry.id)
    except Exception as error:
        drop_broken_connection(error)
        if is_passing(error):
            raise
        logger.error("hook %d can't be understood", opened.entry.id, exc_info=error)
        note_stumble(only(sort(hooks), (row.account_id, row.pk)), STUMBLED)
        return STUMBLED
    return "\n".join(dict.fromkeys(reason for reasons in whole.reasons.values() for reason in reasons))
