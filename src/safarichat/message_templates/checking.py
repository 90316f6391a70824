"""Template messages compared with the copy before they are queued."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from safarichat.ground.sql import JSON, fetch
from safarichat.message_templates.syncing import OF_NUMBER
from safarichat.providers.cloud_api.templates.filling import look, values_of
from safarichat.providers.cloud_api.templates.fitting import (
    fit_problem,
    missing,
    recipient_problem,
    status_problem,
)
from safarichat.providers.cloud_api.templates.layout import Layout, layout
from safarichat.providers.shapes import Problem

LONGEST_SHOWN = 4096


class Asked(Struct, frozen=True):
    """A template message: `sent` is its `template` object, `by_phone` whether it goes to a phone number."""

    credential_id: int
    sent: Mapping[str, JSON]
    by_phone: bool = True

    @property
    def key(self) -> tuple[int, str, str]:
        return self.credential_id, str(self.sent["name"]), str(self.sent["language"]["code"])


class Fitted(Struct, frozen=True):
    """Whether it may go, and, where the template is known, the text that its customer reads, its category and id."""

    problem: Problem | None = None
    text: str = ""
    category: str = ""
    id: int = 0


class _Known(Struct, frozen=True):
    status: str  # empty: it is not in the copy, or gone
    category: str = ""
    layout: Layout = Layout()
    is_named: bool = False
    id: int = 0


def fitted(account_ids: Collection[int], asked: Mapping[int, Asked]) -> dict[int, Fitted]:
    """The answers by the keys of `asked`. Where the list was never read, everything passes. `account_ids`: those whose
    numbers these are."""
    known = _known(account_ids, {one.key for one in asked.values()}) if asked else {}
    return {place: _fitted(one, known.get(one.key)) for place, one in asked.items()}


def count_uses(ids: Sequence[int]) -> None:
    """These were queued. Whoever else counts one of them at this moment wins: nobody waits for a number like this."""
    if not ids:
        return
    counts = Counter(ids)
    fetch(
        "WITH free AS (SELECT id FROM message_templates WHERE id = ANY(%s::bigint[]) ORDER BY id"
        "   FOR NO KEY UPDATE SKIP LOCKED)"
        " UPDATE message_templates t SET use_count = t.use_count + n.uses"
        " FROM unnest(%s::bigint[], %s::bigint[]) n (id, uses) JOIN free USING (id) WHERE t.id = n.id",
        list(counts),
        list(counts),
        list(counts.values()),
    )


def _fitted(one: Asked, known: _Known | None) -> Fitted:
    if known is None:
        return Fitted()
    _, name, language = one.key
    if not known.status:
        return Fitted(missing(name, language))
    problem = (
        status_problem(known.status, name, language)
        or recipient_problem(known.category, by_phone=one.by_phone)
        or fit_problem(known.layout, one.sent, is_named=known.is_named)
    )
    return Fitted(problem, "" if problem else _text(known.layout, one.sent), known.category, known.id)


def _text(wanted: Layout, sent: Mapping[str, JSON]) -> str:
    shown = look(wanted, values_of(sent, wanted))
    lines = ("".join(piece.text for piece in pieces) for pieces in (shown.header, shown.body))
    return "\n".join(filter(None, lines))[:LONGEST_SHOWN]


def _known(account_ids: Collection[int], keys: set[tuple[int, str, str]]) -> dict[tuple[int, str, str], _Known]:
    ordered = sorted(keys)
    rows = fetch(
        f"""
        SELECT n.credential_id, n.name, n.language, t.status, t.category, t.components, t.parameter_format,
               t.id
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) n (credential_id, name, language)
        JOIN official_whatsapp_credentials k ON k.id = n.credential_id AND k.account_id = ANY(%s::bigint[])
        JOIN template_copies c ON c.account_id = k.account_id AND c.api_provider = k.api_provider
          AND c.waba_id = {OF_NUMBER} AND c.synced_at IS NOT NULL
        LEFT JOIN message_templates t ON t.account_id = c.account_id AND t.copy_id = c.id AND t.name = n.name
          AND t.language = n.language AND t.gone_at IS NULL
        """,  # noqa: S608 - our own words
        [key[0] for key in ordered],
        [key[1] for key in ordered],
        [key[2] for key in ordered],
        list(account_ids),
    )
    return {
        (credential_id, name, language): _Known(status, category, layout(components), form == "NAMED", id)
        if status is not None
        else _Known("")
        for credential_id, name, language, status, category, components, form, id in rows
    }
