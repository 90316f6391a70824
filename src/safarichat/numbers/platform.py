"""The operator's provider settings, read in one place and passed on as values."""

import hmac

from django.conf import settings

from safarichat import providers
from safarichat.numbers import connections
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Facts, Platform

OPERATOR = "operator"  # the route of webhooks for an operator's own account, where the address is not the provider's


def platform(provider: str, account_id: int | None = None) -> Platform:
    """What the provider needs to know of this installation, and which account asks, when one does."""
    return Platform(
        tenant=_tenant(account_id) if account_id else "",
        settings=settings.PROVIDER_SETTINGS,
        hook_url=hook_address(provider),
        operator_hook_url=operator_address(provider),
        redirect_url=settings.WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL,
    )


def platform_of(row: OfficialWhatsappCredential) -> Platform:
    """The same for one number: with its own connection's values in front, and that connection's address.

    Raises CannotOpen when the key that sealed them is missing.
    """
    if row.connection is None:
        return platform(row.api_provider, row.account_id)
    return Platform(
        tenant=_tenant(row.account_id),
        settings={**settings.PROVIDER_SETTINGS, **connections.opened(row.connection)},
        operators=settings.PROVIDER_SETTINGS,
        hook_url=hook_address(row.api_provider, row.connection.key),
        operator_hook_url=operator_address(row.api_provider),
        redirect_url=settings.WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL,
    )


def _tenant(account_id: int) -> str:
    """What a provider may keep with an account's sign-up: nobody can make another account's."""
    word = hmac.digest(settings.SECRET_KEY.encode(), f"sign-ups of account {account_id}".encode(), "sha256")
    return f"sc-{word.hex()[:24]}"


def address() -> str:
    """This installation's public address."""
    return str(settings.SAFARICHAT_BASE_URL)


def hook_address(name: str, key: str = "") -> str:
    return f"{address()}/webhooks/{name}{f'/{key}' if key else ''}"


def operator_address(provider: str) -> str:
    """Where the operator's own account at the provider delivers; empty where it has no webhooks of its own."""
    name = providers.get(provider).operator_hook
    return hook_address(name, operator_key(provider)) if name else ""


def operator_key(provider: str) -> str:
    """What stands behind the name in that address: nothing where every signature is checked, else a secret of ours."""
    name = providers.get(provider).operator_hook
    if name in ("", provider):
        return ""
    return hmac.digest(settings.SECRET_KEY.encode(), f"webhooks of {name}".encode(), "sha256").hex()[:32]


def is_enabled() -> bool:
    """Whether numbers can be connected at all."""
    return bool(settings.WHATSAPP_OFFICIAL_ENABLED)


def default_provider() -> str:
    return str(settings.WHATSAPP_DEFAULT_PROVIDER)


def is_offered(provider: str) -> bool:
    """Whether the operator lets people connect numbers by this provider."""
    return is_enabled() and provider in settings.WHATSAPP_PROVIDERS


def offered() -> list[Facts]:
    """The providers to compare, the default one first."""
    shown = [facts for facts in providers.all_facts() if is_offered(facts.name)]
    return sorted(shown, key=lambda facts: facts.name != default_provider())
