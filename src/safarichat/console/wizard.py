"""What the wizard shows and says, and where it goes on after a sign-in came back."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from safarichat import providers
from safarichat.numbers.onboarding import Started
from safarichat.numbers.platform import is_enabled, offered, platform
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Facts, Way

START = "/whatsapp/integration-options"


def after(walked: Walked) -> str:
    """The operator's success or error address when the wizard has ended, else the wizard at this number."""
    match walked.outcome:
        case "connected":
            return _with(settings.WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL, credential_id=str(walked.credential_id))
        case "failed" | "cancelled":
            place = settings.WHATSAPP_EMBEDDED_SIGNUP_ERROR_URL
            return _with(place, error=walked.problem or "failed", credential_id=str(walked.credential_id))
        case _:
            return _with(START, credential_id=str(walked.credential_id))


def form_page(started: Started) -> str:
    """Where a browser without our script types what a provider's form asks for."""
    return _with(START, credential_id=str(started.credential_id))


def shown_fields(way: Way) -> list[dict[str, Any]]:
    """A form's fields for a program or the wizard's script."""
    return [
        {
            "name": field.name,
            "label": _(field.label),
            "help": _(field.help) if field.help else "",
            "placeholder": field.placeholder,
            "secret": field.is_secret,
            "required": field.is_required,
            "pattern": field.pattern,
        }
        for field in way.fields
    ]


def _with(place: str, **query: str) -> str:
    joint = "&" if "?" in place else "?"
    return f"{place}{joint}{urlencode(query)}"


def page() -> dict[str, Any]:
    """What `options.html` shows whoever looks at it."""
    return {
        "facts": offered(),
        "enabled": is_enabled(),
        "ways": [_way(facts) for facts in offered() if facts.name in providers.names()],
        "words": _words(),
    }


def _way(facts: Facts) -> dict[str, Any]:
    """A provider that numbers can be connected to here, and whom the wizard believes window messages from."""
    place = platform(facts.name)
    return {
        "facts": facts,
        "is_set_up": not providers.get(facts.name).missing_settings(place),
        "wizard": {"provider": facts.name, "origins": list(providers.get(facts.name).trusted_origins(place))},
    }


def _words() -> dict[str, str]:
    """What the wizard's script says."""
    return {
        "starting": _("Getting ready…"),
        "ready": _("Ready. Press “Sign in with Meta”: a window opens."),
        "opened": _("The sign-in window is open. Go on there; this page waits."),
        "blocked": _("Your browser blocked the sign-in window."),
        "blocked_cure": _("Allow pop-up windows for this page and press the button again, or sign in on a full page."),
        "connecting": _("Signed in. We are connecting your number; this takes a few seconds."),
        "cancelled": _("The sign-in was closed before it was finished."),
        "unreachable": _("This server could not be reached. Check your connection and try again."),
        "logged_out": _("You are logged out. Log in again in another tab, then try again."),
    }
