"""A connection of its own: a person's own app or account at a provider, with the address its webhooks come to.

Numbers that came through the operator's app have none. Numbers of one account whose app or account at the provider is
the same share one, and with it the secrets that sign its webhooks.
"""

import secrets
from collections.abc import Mapping

import msgspec

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen
from safarichat.numbers.models import Connection, OfficialWhatsappCredential

GIVEN_UP = ("disconnected", "failed")


def new_key() -> str:
    return secrets.token_hex(16)


def give(row: OfficialWhatsappCredential, holder: str) -> Connection:
    """The connection that this number uses from now on: the account's for the same holder, or a new one.

    In the caller's transaction, acting for the account. The row is not saved.
    """
    found = row.connection
    if holder:
        mine = Connection.objects.filter(account_id=row.account_id, provider=row.api_provider)
        same = mine.filter(holder=holder).order_by("id").first()
        found = same or (found if found and found.holder in ("", holder) else None)
    if found is None:
        found = Connection(account_id=row.account_id, provider=row.api_provider, holder=holder, key=new_key())
    found.holder = holder or found.holder
    found.save()
    row.connection = found
    return found


def name_holder(row: OfficialWhatsappCredential, holder: str) -> None:
    """The provider told whose connection it is. One that another connection names already stays without a name: its
    address is known to the provider by now."""
    connection = row.connection
    if connection is None or connection.holder == holder:
        return
    same = Connection.objects.filter(account_id=row.account_id, provider=row.api_provider, holder=holder)
    if not same.exists():
        connection.holder = holder
        connection.save(update_fields=["holder"])


def put_secrets(connection: Connection, values: Mapping[str, str]) -> None:
    """Seal these beside what is there already; an empty one is forgotten. Saves."""
    kept = {**opened(connection), **values}
    plain = {name: value for name, value in kept.items() if value}
    fields.seal(connection, "secrets", msgspec.json.encode(plain).decode() if plain else "")
    connection.save(update_fields=["secrets"])


def opened(connection: Connection | None) -> dict[str, str]:
    """Its values by the names of the settings they stand for. Raises CannotOpen when the key is missing."""
    text = fields.opened(connection, "secrets") if connection else ""
    return msgspec.json.decode(text, type=dict[str, str]) if text else {}


def let_go(row: OfficialWhatsappCredential) -> None:
    """The number uses its connection no more; a connection that no live number uses ends, with its secrets."""
    connection_id, row.connection = row.connection_id, None
    if connection_id is not None:
        end_unused(connection_id, but=row)


def end_unused(connection_id: int, *, but: OfficialWhatsappCredential) -> None:
    """End it, with its secrets, when no number but this one uses it or is on its way to."""
    every = OfficialWhatsappCredential.objects.filter(connection_id=connection_id)
    if not every.exclude(pk=but.pk).exclude(status__in=GIVEN_UP).exists():
        every.update(connection=None)
        Connection.objects.filter(pk=connection_id).delete()


def end_orphans(row: OfficialWhatsappCredential) -> None:
    """Of this number's account, end what no number uses; not while another is being signed in anew, which may want its
    old one back."""
    others = OfficialWhatsappCredential.objects.filter(account_id=row.account_id).exclude(pk=row.pk)
    if not others.exclude(before="").exists():
        used = others.exclude(status__in=GIVEN_UP).filter(connection__isnull=False).values("connection")
        Connection.objects.filter(account_id=row.account_id).exclude(pk__in=used).delete()


def secrets_of_key(provider: str, key: str) -> Mapping[str, str]:
    """What verifies webhooks that come to this key; empty when nobody has it. As the owner role, for the edge."""
    connection = Connection.objects.filter(provider=provider, key=key).first()
    try:
        return opened(connection)
    except CannotOpen:
        return {}
