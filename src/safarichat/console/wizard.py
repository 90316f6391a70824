"""What the wizard shows and says."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat import providers
from safarichat.console import choosing
from safarichat.console.asker import Asker
from safarichat.numbers.platform import is_enabled, offered, platform
from safarichat.providers.shapes import Facts, Field, Platform, Way


class Typing(Struct, frozen=True):
    """A form that somebody fills in without our script: `values` are what may be shown again, `wrong` the fields that
    can't be used as they are."""

    mode: str
    state: str
    values: Mapping[str, str] = {}
    wrong: Sequence[str] = ()

    def __repr__(self) -> str:  # the state is a secret of one browser
        return f"Typing({self.mode})"


# --- the page --------------------------------------------------------------------------------------------------------


def page(
    asker: Asker,
    *,
    provider: str = "",
    mode: str = "",
    given: Mapping[str, str],
    typing: Typing | None = None,
) -> dict[str, Any]:
    """What `options.html` shows whoever looks at it. `provider`: the one that was chosen, and maybe its `mode`."""
    is_staff = asker.is_staff
    facts = [each for each in offered() if asker.may_use(each.name)]
    connectable = [each for each in facts if each.name in providers.names()]
    chosen = next((each for each in connectable if each.name == provider), None)
    shown = {
        "cards": [_card(each, is_staff) for each in facts],
        "enabled": is_enabled(),
        "questions": choosing.asked(given),
        "suggested": choosing.suggested(given, connectable),
        "words": _words(),
        "asker": asker,
    }
    return shown | ({"way": _wizard(chosen, mode, asker, typing)} if chosen else {})


def _card(facts: Facts, is_staff: bool) -> dict[str, Any]:
    if facts.name not in providers.names():
        return {"facts": facts}
    ways = _ways(facts.name, platform(facts.name), is_staff)
    return {"facts": facts, "can_connect": True, "is_set_up": any(not way["missing"] for way in ways), "ways": ways}


def _wizard(facts: Facts, mode: str, asker: Asker, typing: Typing | None) -> dict[str, Any]:
    """A provider that numbers can be connected to here, and whom the wizard believes window messages from."""
    place = platform(facts.name)
    ways = _ways(facts.name, place, asker.is_staff)
    open_modes = [way["way"].mode for way in ways if not way["missing"]]
    wanted = typing.mode if typing else mode
    return {
        "facts": facts,
        "ways": ways,
        "is_set_up": bool(open_modes),
        "mode": wanted if wanted in open_modes else next(iter(open_modes), ""),
        "typing": typing,
        "forms": [_form(way["way"], typing) for way in ways if way["way"].flow == "form" and not way["missing"]],
        "wizard": {
            "provider": facts.name,
            "base": asker.base,
            "origins": list(providers.get(facts.name).trusted_origins(place)),
            "ready": _("Ready. Press “Sign in with %(provider)s”: a window opens.") % {"provider": facts.label},
        },
    }


def _ways(name: str, place: Platform, is_staff: bool) -> list[dict[str, Any]]:
    """The ways this person may go, and which settings are missing for each."""
    provider = providers.get(name)
    ways = [way for way in provider.abilities.ways if is_staff or not way.is_for_staff]
    return [{"way": way, "missing": provider.missing_settings(place, way.mode)} for way in ways]


def _form(way: Way, typing: Typing | None) -> dict[str, Any]:
    now = typing if typing and typing.mode == way.mode else None
    return {
        "way": way,
        "state": now.state if now else "",
        "is_open": now is not None,
        "fields": [_shown(field, now) for field in way.fields],
    }


def _shown(field: Field, typing: Typing | None) -> dict[str, Any]:
    """A field of the form. What is secret is never sent back."""
    value = typing.values.get(field.name, "") if typing and not field.is_secret else ""
    return {"field": field, "value": value, "is_wrong": bool(typing and field.name in typing.wrong)}


# --- for programs and the script -------------------------------------------------------------------------------------


def shown_fields(way: Way) -> list[dict[str, Any]]:
    """A form's fields for a program."""
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


def labels(way: Way, names: Sequence[str]) -> str:
    """Fields as a person knows them."""
    return ", ".join(_(field.label) for field in way.fields if field.name in names)


def _words() -> dict[str, str]:
    """What the wizard's script says."""
    return {
        "starting": _("Getting ready…"),
        "leaving": _("Taking you to the provider's page…"),
        "typing": _("Fill in the form, then press its button."),
        "confirming": _("Nothing has to be filled in here: press the button."),
        "opened": _("The sign-in window is open. Go on there; this page waits."),
        "blocked": _("Your browser blocked the sign-in window."),
        "blocked_cure": _("Allow pop-up windows for this page and press the button again, or sign in on a full page."),
        "connecting": _("Signed in. We are connecting your number; this takes a few seconds."),
        "checking": _("We are looking this up at the provider and connecting your number; this takes a few seconds."),
        "cancelled": _("The sign-in was closed before it was finished."),
        "unreachable": _("This server could not be reached. Check your connection and try again."),
        "logged_out": _("You are logged out. Log in again in another tab, then try again."),
    }
