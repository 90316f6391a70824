"""Templates for somebody who wants to send one."""

from datetime import datetime

from msgspec import Struct

from safarichat.ground.sql import JSON, fetch
from safarichat.message_templates.syncing import OF_NUMBER
from safarichat.providers.cloud_api.templates.filling import can_be_filled
from safarichat.providers.cloud_api.templates.layout import Layout, layout

MOST = 50


class Wanted(Struct, frozen=True, kw_only=True):
    """What is looked for: words in the name or text, a language, a category. `known_language` comes first."""

    words: str = ""
    language: str = ""
    category: str = ""
    known_language: str = ""


class Choice(Struct, frozen=True, kw_only=True):
    """A template to choose. `may_send`: approved, and a person can give what it needs."""

    id: int
    name: str
    language: str
    category: str
    status: str
    layout: Layout
    is_named: bool

    @property
    def is_approved(self) -> bool:
        return self.status == "APPROVED"

    @property
    def is_fillable(self) -> bool:
        return can_be_filled(self.layout)

    @property
    def may_send(self) -> bool:
        return self.is_approved and self.is_fillable

    @property
    def is_code(self) -> bool:
        return self.category == "AUTHENTICATION"

    @property
    def text(self) -> str:
        return self.layout.body.text


class Shelf(Struct, frozen=True, kw_only=True):
    """`synced_at`: None when the list was never read. `languages` and `categories` are those of all templates."""

    choices: tuple[Choice, ...] = ()
    has_more: bool = False
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    synced_at: datetime | None = None
    problem: dict[str, JSON] | None = None


_COPY = f"""
  FROM official_whatsapp_credentials k JOIN template_copies c ON c.account_id = k.account_id
    AND c.api_provider = k.api_provider AND c.waba_id = {OF_NUMBER}
"""
_COLUMNS = "t.id, t.name, t.language, t.category, t.status, t.components, t.parameter_format"


def shelf(account_id: int, credential_id: int, wanted: Wanted) -> Shelf:
    """Those that can be sent first, of these the customer's language, then what is sent most. In a page that acts for
    the account."""
    copies = fetch(
        f"SELECT c.id, c.synced_at, c.problem {_COPY} WHERE k.account_id = %s AND k.id = %s", account_id, credential_id
    )
    if not copies:
        return Shelf()
    copy_id, synced_at, problem = copies[0]
    rows = fetch(
        f"""
        SELECT {_COLUMNS} FROM message_templates t, (SELECT %s::text, %s::text, %s::text) w (words, language, category)
        WHERE t.account_id = %s AND t.copy_id = %s AND t.gone_at IS NULL
          AND (w.words = '' OR strpos(lower(concat_ws(' ', t.name,
               jsonb_path_query_array(t.components, '$[*].text')::text)), lower(w.words)) > 0)
          AND (w.language = '' OR t.language = w.language) AND (w.category = '' OR t.category = w.category)
        ORDER BY t.status <> 'APPROVED', t.language <> %s, t.use_count DESC, t.name, t.language LIMIT %s
        """,  # noqa: S608 - our own words
        wanted.words.strip(),
        wanted.language,
        wanted.category,
        account_id,
        copy_id,
        wanted.known_language,
        MOST + 1,
    )
    facets = fetch(
        "SELECT coalesce(array_agg(DISTINCT language), '{}'), coalesce(array_agg(DISTINCT category), '{}')"
        " FROM message_templates WHERE account_id = %s AND copy_id = %s AND gone_at IS NULL",
        account_id,
        copy_id,
    )
    return Shelf(
        choices=tuple(_choice(row) for row in rows[:MOST]),
        has_more=len(rows) > MOST,
        languages=tuple(facets[0][0]),
        categories=tuple(facets[0][1]),
        synced_at=synced_at,
        problem=problem,
    )


def choice(account_id: int, credential_id: int, template_id: int) -> Choice | None:
    """One of this number's templates; another's is not found."""
    rows = fetch(
        f"SELECT {_COLUMNS} {_COPY} JOIN message_templates t ON t.account_id = c.account_id AND t.copy_id = c.id"
        " WHERE k.account_id = %s AND k.id = %s AND t.id = %s AND t.gone_at IS NULL",
        account_id,
        credential_id,
        template_id,
    )
    return _choice(rows[0]) if rows else None


def _choice(row: tuple[JSON, ...]) -> Choice:
    template_id, name, language, category, status, components, form = row
    return Choice(
        id=template_id,
        name=name,
        language=language,
        category=category,
        status=status,
        layout=layout(components),
        is_named=form == "NAMED",
    )
