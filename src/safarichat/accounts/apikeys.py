"""API keys: what a program shows instead of a login. The key is known to its owner alone, a digest to us.

Every process believes what it has once looked up until it hears of a change (`CHANNEL`, by a trigger of the table).
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.db.models import CharField, Value
from django.db.models.functions import Coalesce, NullIf
from msgspec import Struct

from safarichat.accounts.models import ApiKey
from safarichat.ground.sql import fetch

CHANNEL = "safarichat_keys"
MARK = "sc_"
LENGTH = 46  # of a key: the mark, and 32 random bytes
SHOWN = 10
MOST = 200  # live keys of an account
KEPT_AFTER_END = timedelta(days=30)
SCOPES = tuple(ApiKey.Scope.values)

Network = IPv4Network | IPv6Network


class Key(Struct, frozen=True):
    """A key as the edge holds it."""

    id: int
    account_id: int
    prefix: str
    scopes: frozenset[str]
    credential_ids: frozenset[int] | None = None  # None: every number of the account
    networks: tuple[Network, ...] = ()
    expires_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at > now

    def may_come_from(self, address: str) -> bool:
        """`address` as the connection has it. A key without a list may come from anywhere."""
        if not self.networks:
            return True
        try:
            found = ip_address(address)
        except ValueError:
            return False
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain in network for network in self.networks)

    def may_use(self, credential_id: int) -> bool:
        return self.credential_ids is None or credential_id in self.credential_ids


class TooManyKeys(Exception):
    """The account has as many live keys as it may have."""


def make(
    account_id: int,
    name: str,
    scopes: Collection[str],
    *,
    credential_ids: Collection[int] | None = None,
    addresses: Sequence[str] = (),
    expires_at: datetime | None = None,
    created_by: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key's row, and the key, which is known only now. Raises TooManyKeys, and ValueError for an address that is
    no network. That the numbers are the account's is the caller's part; another's would open nothing."""
    if ApiKey.objects.filter(account_id=account_id, revoked_at=None).count() >= MOST:
        raise TooManyKeys
    key = MARK + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        account_id=account_id,
        name=name,
        prefix=key[:SHOWN],
        digest=digest(key),
        scopes=[scope for scope in SCOPES if scope in scopes],
        credential_ids=None if credential_ids is None else sorted(credential_ids),
        addresses=[str(network(address)) for address in addresses],
        expires_at=expires_at,
        created_by_id=created_by,
    )
    return row, key


def revoke(account_id: int, key_id: int, now: datetime) -> bool:
    """It opens nothing any more, on every process within a second. Twice is no error; a stranger's is not found."""
    mine = ApiKey.objects.filter(account_id=account_id, pk=key_id)
    mine.filter(revoked_at=None).update(revoked_at=now)
    return mine.exists()


def all_of(account_id: int) -> list[ApiKey]:
    """Those that work first, newest first; then what was revoked in the last month. `made_by`: a person's name."""
    name = Coalesce(NullIf("created_by__name", Value("")), "created_by__email", output_field=CharField())
    rows = ApiKey.objects.filter(account_id=account_id).annotate(made_by=name).defer("digest").order_by("-id")
    return sorted(rows, key=lambda row: row.revoked_at is not None)


def known(digest_: str) -> Key | None:
    """Who shows this key, by its digest; None for a stranger or a revoked one. As the owner role: a caller has no
    account before this."""
    rows = fetch(
        "SELECT id, account_id, prefix, scopes, credential_ids, addresses, expires_at FROM api_keys"
        " WHERE digest = %s AND revoked_at IS NULL",
        digest_,
    )
    if not rows:
        return None
    key_id, account_id, prefix, scopes, numbers, addresses, expires_at = rows[0]
    return Key(
        key_id,
        account_id,
        prefix,
        frozenset(scopes),
        None if numbers is None else frozenset(numbers),
        tuple(network(address) for address in addresses),
        expires_at,
    )


def note_used(key_ids: Collection[int], now: datetime) -> None:
    """When keys were last used, within a few seconds. As the owner role."""
    fetch("UPDATE api_keys SET last_used_at = %s WHERE id = ANY(%s::bigint[])", now, sorted(key_ids))


def forget_revoked(now: datetime) -> int:
    gone, _ = ApiKey.objects.filter(revoked_at__lt=now - KEPT_AFTER_END).delete()
    return gone


def digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def network(address: str) -> Network:
    """An address, or a network such as 10.0.0.0/8. Raises ValueError."""
    return ip_network(address.strip(), strict=False)
