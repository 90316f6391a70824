"""The operator's provider settings, read in one place and passed on as values."""

from django.conf import settings

from safarichat import providers
from safarichat.providers.shapes import Facts, Platform


def platform(provider: str) -> Platform:
    """What the provider needs to know of this installation."""
    return Platform(
        settings=settings.PROVIDER_SETTINGS,
        hook_url=f"{settings.SAFARICHAT_BASE_URL}/webhooks/{provider}",
        redirect_url=settings.WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL,
    )


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
