"""Choosing a template and filling it in: under a thread, and for a new conversation."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from msgspec import Struct
from msgspec.structs import replace

from safarichat.contacts.consent import states
from safarichat.message_templates.choosing import Choice, Shelf, Wanted, choice, shelf
from safarichat.messaging.consenting import purpose_of
from safarichat.messaging.reading import Listed
from safarichat.messaging.thread import template_language
from safarichat.providers.cloud_api.templates.filling import Look, Slot, filled, look, slots

PREFIX = "value."  # of the names of a template's fields in a form
LONGEST_VALUE = 2048
CATEGORIES = {
    "MARKETING": gettext_lazy("Marketing"),
    "UTILITY": gettext_lazy("Utility"),
    "AUTHENTICATION": gettext_lazy("Authentication"),
}
STATUSES = {
    "PENDING": gettext_lazy("In review"),
    "IN_APPEAL": gettext_lazy("In review"),
    "REJECTED": gettext_lazy("Rejected"),
    "PAUSED": gettext_lazy("Paused"),
    "DISABLED": gettext_lazy("Disabled"),
    "ARCHIVED": gettext_lazy("Archived"),
}
MEDIA = {
    "image": gettext_lazy("Picture"),
    "video": gettext_lazy("Video"),
    "document": gettext_lazy("Document"),
    "gif": gettext_lazy("Moving picture"),
}
PLACE = {
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "name": gettext_lazy("Name of the place"),
    "address": gettext_lazy("Address of the place"),
}
INPUTS = {"link": "url", "time": "datetime-local"}


class Field(Struct, frozen=True, kw_only=True):
    """One value of a template as a form field."""

    key: str
    label: str
    type: str = "text"
    value: str = ""
    help: str = ""
    error: str = ""
    is_needed: bool = True

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.key}"

    @property
    def id(self) -> str:
        return f"value-{self.key.replace('.', '-')}"


class Picker(Struct, frozen=True, kw_only=True):
    """The list to choose from, or, when `choice` is there, its fields and look. `error` and `cure` say why what was
    just sent did not go. `unwanted`: purposes that the customer has withdrawn."""

    credential_id: int
    wanted: Wanted = Wanted()
    shelf: Shelf = Shelf()
    choice: Choice | None = None
    fields: tuple[Field, ...] = ()
    look: Look = Look()
    form_token: str = ""
    error: str = ""
    cure: str = ""
    unwanted: frozenset[str] = frozenset()

    @property
    def unwanted_ids(self) -> set[int]:
        """Of the templates listed."""
        return {one.id for one in self.shelf.choices if purpose_of(one.category) in self.unwanted}

    @property
    def is_unwanted(self) -> bool:
        """Whether the chosen one is."""
        return self.choice is not None and purpose_of(self.choice.category) in self.unwanted

    @property
    def categories(self) -> list[tuple[str, object]]:
        return [(name, category_label(name)) for name in self.shelf.categories]


def picker_for(head: Listed, query: Mapping[str, str], account_id: int) -> Picker:
    """Under a thread, where it is known who gets it."""
    withdrawn = {name for name, said in states(account_id, head.contact_id).items() if not said.is_granted}
    language = template_language(account_id, head.id)
    found = picker(account_id, head.credential_id, query, known_language=language)
    return replace(found, unwanted=frozenset(withdrawn))


def picker(account_id: int, credential_id: int, query: Mapping[str, str], *, known_language: str = "") -> Picker:
    """As the address asks: `template` names the chosen one, `q`, `language` and `category` narrow the list."""
    if chosen := chosen_in(account_id, credential_id, query):
        return opened(credential_id, chosen, {})
    wanted = Wanted(
        words=query.get("q", "").replace("\x00", "")[:200],
        language=query.get("language", "").replace("\x00", "")[:32],
        category=query.get("category", "").replace("\x00", "")[:32],
        known_language=known_language,
    )
    return Picker(credential_id=credential_id, wanted=wanted, shelf=shelf(account_id, credential_id, wanted))


def chosen_in(account_id: int, credential_id: int, query: Mapping[str, str]) -> Choice | None:
    told = query.get("template", "")
    if not (told.isascii() and told.isdigit() and len(told) < 19):
        return None
    return choice(account_id, credential_id, int(told))


def opened(
    credential_id: int,
    chosen: Choice,
    values: Mapping[str, str],
    *,
    is_sent: bool = False,
    form_token: str = "",
    error: str = "",
    cure: str = "",
) -> Picker:
    """`is_sent`: what is missing is told at its field."""
    wanted = slots(chosen.layout, is_code=chosen.is_code)
    return Picker(
        credential_id=credential_id,
        choice=chosen,
        fields=tuple(_field(slot, values.get(slot.key, ""), is_sent=is_sent) for slot in wanted),
        look=look(chosen.layout, values),
        form_token=form_token or secrets.token_urlsafe(18),
        error=error,
        cure=cure,
    )


# --- a form that was sent --------------------------------------------------------------------------------------------


def values_in(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by the keys of the fields. A template's values hold no line breaks."""
    return {
        name.removeprefix(PREFIX): " ".join(value.replace("\x00", "").split())[:LONGEST_VALUE]
        for name, value in form.items()
        if name.startswith(PREFIX)
    }


def is_complete(chosen: Choice, values: Mapping[str, str]) -> bool:
    wanted = slots(chosen.layout, is_code=chosen.is_code)
    return all(values.get(slot.key) for slot in wanted if slot.is_needed)


def message(chosen: Choice, values: Mapping[str, str]) -> dict[str, Any]:
    """The message object; times are the person's own."""
    times = [slot.key for slot in slots(chosen.layout) if slot.kind == "time"]
    exact = {**values, **{key: _milliseconds(values.get(key, "")) for key in times}}
    is_named, is_code = chosen.is_named, chosen.is_code
    return filled(chosen.name, chosen.language, chosen.layout, exact, is_named=is_named, is_code=is_code)


def _milliseconds(told: str) -> str:
    try:
        return str(int(timezone.make_aware(datetime.fromisoformat(told)).timestamp() * 1000))
    except (ValueError, OverflowError):
        return told


# --- words -----------------------------------------------------------------------------------------------------------


def category_label(category: str) -> object:
    return CATEGORIES.get(category, category.replace("_", " ").capitalize())


def status_label(status: str) -> object:
    return STATUSES.get(status, status.replace("_", " ").capitalize())


def _field(slot: Slot, value: str, *, is_sent: bool) -> Field:
    label = _label(slot)
    if slot.card is not None:
        label = _("Card %(number)s: %(field)s") % {"number": slot.card + 1, "field": label}
    help = _("For example: %(sample)s") % {"sample": slot.sample} if slot.sample else ""
    if slot.kind == "link":
        help = _("A public link that begins with https://.")
    return Field(
        key=slot.key,
        label=label,
        type=INPUTS.get(slot.kind, "text"),
        value=value,
        help=help,
        error=_("Fill this in.") if is_sent and slot.is_needed and not value else "",
        is_needed=slot.is_needed,
    )


def _label(slot: Slot) -> str:
    match slot.part, slot.kind:
        case "header", "link":
            return str(MEDIA[slot.name])
        case "header", "number" | "place":
            return str(PLACE[slot.name])
        case "header", _:
            return _("Heading")
        case "offer", _:
            return _("The offer ends on")
        case "button", "code":
            return _("Code to copy")
        case "button", _:
            return _("End of the link “%(label)s”") % {"label": slot.label}
    if slot.name.isdigit():
        return pgettext("template", "Value %(number)s") % {"number": slot.name}
    return slot.name.replace("_", " ").capitalize()
