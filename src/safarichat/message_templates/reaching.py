"""Templates as programs name and list them, from the copy. As the owner role, so each is asked for with its account."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.ground.sql import JSON, fetch
from safarichat.message_templates.syncing import OF_NUMBER
from safarichat.numbers.models import LIVE

_FROM = f"""
  FROM message_templates t JOIN template_copies c ON c.account_id = t.account_id AND c.id = t.copy_id
  JOIN official_whatsapp_credentials k ON k.account_id = c.account_id AND k.api_provider = c.api_provider
    AND c.waba_id = {OF_NUMBER}
"""


class Listed(Struct, frozen=True):
    id: int
    template_id: str  # the provider's
    name: str
    language: str
    status: str
    category: str
    quality: str
    components: JSON
    parameter_format: str
    rejected_reason: str


class Found(Struct, frozen=True):
    """A template, its provider, and the numbers through which that can be asked about it: the best first."""

    template: Listed
    provider: str
    credential_ids: tuple[int, ...]


_COLUMNS = (
    "t.id, t.template_id, t.name, t.language, t.status, t.category, t.quality, t.components, t.parameter_format,"
    " t.rejected_reason"
)


def listed(account_id: int, credential_id: int, asked: Mapping[str, str]) -> list[Listed]:
    """All of this number's business account; `asked`: name (a part of it), language, category, status."""
    rows = fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE t.account_id = %s AND k.id = %s AND t.gone_at IS NULL"
        " AND strpos(t.name, lower(%s)) > 0 AND %s IN ('', t.language) AND %s IN ('', t.category)"
        " AND %s IN ('', t.status) ORDER BY t.id DESC",
        account_id,
        credential_id,
        asked.get("name", ""),
        asked.get("language", ""),
        asked.get("category", "").upper(),
        asked.get("status", "").upper(),
    )
    return [Listed(*row) for row in rows]


def find(account_id: int, *, template_id: str, row_id: int | None) -> Found | None:
    """By the provider's id of it, or by our own."""
    rows = fetch(
        f"SELECT {_COLUMNS}, k.api_provider, k.id {_FROM} WHERE t.account_id = %s AND (t.template_id = %s OR t.id = %s)"
        " AND t.gone_at IS NULL ORDER BY k.status = ANY(%s::text[]) DESC, k.id DESC",
        account_id,
        template_id,
        row_id or 0,
        [status.value for status in LIVE],
    )
    if not rows:
        return None
    *first, provider, _ = rows[0]
    return Found(Listed(*first), provider, tuple(row[-1] for row in rows if row[0] == first[0]))
