"""Contact cards (reference §4.2)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.outgoing.common import MISSING, Check, every, fault, listed, note, shape, words
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

MOST, MANY, LONG = 257, 50, 1000
OTHER_NAMES = ("first_name", "last_name", "middle_name", "prefix", "suffix")
NAME = N_("A contact needs its full name and one other part of it, such as the first name.")
PART = note(LONG, N_("Each part of a contact is a text."))
BIRTHDAY = words(10, N_("A contact's birthday is written like 1990-01-31."), pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _has_another_part(name: JSON) -> Problem | None:
    return None if any(name.get(part) for part in OTHER_NAMES) else fault(MISSING, NAME, "first_name")


def _several(rule: str, needs: Mapping[str, Check], *may: str) -> Check:
    return listed(shape(rule, needs, dict.fromkeys((*may, "type"), PART)), MANY, rule, least=0)


CONTACT = shape(
    N_("A contact card needs a contact."),
    {
        "name": every(
            shape(NAME, {"formatted_name": words(LONG, NAME)}, dict.fromkeys(OTHER_NAMES, PART)), _has_another_part
        )
    },
    {
        "phones": _several(N_("A contact's phones are a list of phone numbers."), {}, "phone", "wa_id"),
        "emails": _several(N_("A contact's e-mail addresses are a list of addresses."), {}, "email"),
        "urls": _several(N_("A contact's web pages are a list of addresses."), {}, "url"),
        "addresses": _several(
            N_("A contact's addresses are a list."), {}, "street", "city", "state", "zip", "country", "country_code"
        ),
        "org": shape(
            N_("A contact's company is an object."), may=dict.fromkeys(("company", "department", "title"), PART)
        ),
        "birthday": BIRTHDAY,
    },
)
CONTACTS = listed(CONTACT, MOST, N_("A message holds 1 to 257 contacts."))
