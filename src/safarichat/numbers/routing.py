"""Whose number a webhook is about. Only live numbers count: a second account may hold what a first gave up."""

from collections.abc import Collection

from msgspec import Struct

from safarichat.ground.sql import fetch
from safarichat.numbers.models import LIVE

_ROUTE = (
    "c.id, c.account_id, coalesce(c.phone_number, ''), coalesce(k.key, '')"
    " FROM official_whatsapp_credentials c LEFT JOIN provider_connections k ON k.id = c.connection_id"
)
_LIVE = [status.value for status in LIVE]


class Route(Struct, frozen=True):
    credential_id: int
    account_id: int
    phone_number: str = ""  # digits
    connection_key: str = ""  # in the address of its webhooks, where it has one of its own


def by_phone_number_id(provider: str, ids: Collection[str]) -> dict[str, Route]:
    rows = fetch(
        f"SELECT phone_number_id, {_ROUTE} WHERE api_provider = %s AND phone_number_id = ANY(%s::text[])"
        " AND status = ANY(%s::text[])",
        provider,
        list(ids),
        _LIVE,
    )
    return {phone_number_id: Route(*rest) for phone_number_id, *rest in rows}


def by_waba(provider: str, ids: Collection[str]) -> dict[str, list[Route]]:
    """A business account may have several numbers here, even in several accounts."""
    rows = fetch(
        f"SELECT waba_id, {_ROUTE} WHERE api_provider = %s AND waba_id = ANY(%s::text[])"
        " AND status = ANY(%s::text[]) ORDER BY c.id",
        provider,
        list(ids),
        _LIVE,
    )
    found: dict[str, list[Route]] = {}
    for waba_id, *rest in rows:
        found.setdefault(waba_id, []).append(Route(*rest))
    return found


def of_connection(provider: str, key: str) -> list[Route]:
    """The live numbers whose webhooks come to the address with this key."""
    rows = fetch(
        f"SELECT {_ROUTE} WHERE api_provider = %s AND k.key = %s AND status = ANY(%s::text[]) ORDER BY c.id",
        provider,
        key,
        _LIVE,
    )
    return [Route(*row) for row in rows]


def of_portfolio(credential_ids: Collection[int]) -> dict[int, list[Route]]:
    """By number, the other live numbers that the same account has of the same business. (Which business a number is
    of was told through a browser, so it opens no way into another account.)"""
    rows = fetch(
        f"SELECT o.id, {_ROUTE} JOIN official_whatsapp_credentials o ON o.account_id = c.account_id"
        " AND o.api_provider = c.api_provider AND o.id <> c.id"
        " AND o.meta_app_config ->> 'business_id' = c.meta_app_config ->> 'business_id'"
        " WHERE o.id = ANY(%s::bigint[]) AND c.status = ANY(%s::text[]) ORDER BY c.id",
        list(credential_ids),
        _LIVE,
    )
    found: dict[int, list[Route]] = {}
    for credential_id, *rest in rows:
        found.setdefault(credential_id, []).append(Route(*rest))
    return found
