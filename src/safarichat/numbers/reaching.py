"""Numbers by the names that programs know them by. As the owner role: each is asked for together with its account."""

from collections.abc import Collection

from msgspec import Struct

from safarichat.ground.sql import columns, fetch
from safarichat.numbers.models import LIVE

Named = tuple[int, str]  # account, phone_number_id


class Reached(Struct, frozen=True):
    credential_id: int
    account_id: int
    provider: str
    phone_number_id: str
    waba_id: str
    status: str
    has_lane: bool  # it has sent before


def waba_of(account_id: int, named: str, credential_ids: Collection[int] | None) -> str:
    """The business account that is named so, or whose number is; empty when none of these numbers (None: of the
    account's) is meant."""
    rows = fetch(
        """
        SELECT waba_id FROM official_whatsapp_credentials
        WHERE account_id = %s AND (phone_number_id = %s OR waba_id = %s) AND (%s::bigint[] IS NULL OR id = ANY(%s))
        ORDER BY id DESC LIMIT 1
        """,
        account_id,
        named,
        named,
        *[None if credential_ids is None else list(credential_ids)] * 2,
    )
    return rows[0][0] or "" if rows else ""


def numbers_named(asked: Collection[Named]) -> dict[Named, Reached]:
    """Of several that a number had in the course of time the live one, else the newest."""
    rows = fetch(
        """
        SELECT DISTINCT ON (c.account_id, c.phone_number_id)
               c.id, c.account_id, c.api_provider, c.phone_number_id, coalesce(c.waba_id, ''), c.status,
               EXISTS (SELECT FROM lanes l WHERE l.credential_id = c.id)
        FROM unnest(%s::bigint[], %s::text[]) n (account_id, phone_number_id)
        JOIN official_whatsapp_credentials c
          ON c.account_id = n.account_id AND c.phone_number_id = n.phone_number_id
        ORDER BY c.account_id, c.phone_number_id, c.status = ANY(%s::text[]) DESC, c.id DESC
        """,
        *columns(sorted(set(asked)), 2),
        [status.value for status in LIVE],
    )
    return {(row[1], row[3]): Reached(*row) for row in rows}


def numbers_of(account_ids: Collection[int], credential_ids: Collection[int]) -> list[Reached]:
    """Those of the numbers that are these accounts'."""
    rows = fetch(
        "SELECT id, account_id, api_provider, coalesce(phone_number_id, ''), coalesce(waba_id, ''), status,"
        " EXISTS (SELECT FROM lanes l WHERE l.credential_id = c.id)"
        " FROM official_whatsapp_credentials c WHERE account_id = ANY(%s::bigint[]) AND id = ANY(%s::bigint[])",
        list(account_ids),
        list(credential_ids),
    )
    return [Reached(*row) for row in rows]
