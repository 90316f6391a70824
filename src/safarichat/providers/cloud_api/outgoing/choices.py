"""What an interactive message offers to tap: reply buttons, lists, links, forms, calls (reference §4.3)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.outgoing.common import (
    MISSING,
    WRONG,
    Check,
    distinct,
    every,
    exactly_one,
    fault,
    listed,
    note,
    one_of,
    shape,
    whole,
    words,
)
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

WEB = r"(?i:https?)://\S+"
PARAMETERS = N_("The message's action needs its parameters.")


def named(name: str, needs: Mapping[str, Check] | None = None, may: Mapping[str, Check] | None = None) -> Check:
    """An action with Meta's name for it and, where it has any, its parameters."""
    rule = N_("The message's action has the name of its type.")
    parameters = shape(PARAMETERS, needs or {}, may or {})
    required = {"name": one_of((name,), rule)}
    if needs:
        return shape(rule, required | {"parameters": parameters})
    return shape(rule, required, {"parameters": parameters})


# --- reply buttons ---------------------------------------------------------------------------------------------------

BUTTON_ID = words(256, N_("A button needs an id of at most 256 characters."))
BUTTON_TITLE = words(20, N_("A button needs a title of at most 20 characters."))
SAME_ID = N_("Two buttons have the same id.")
SAME_TITLE = N_("Two buttons have the same title.")


def replies(kind: str, most: int, rule: str) -> Check:
    """`kind` is what the button and its part are called: reply, or in a carousel quick_reply."""
    button = shape(
        N_("A button is an object with an id and a title."),
        {
            "type": one_of((kind,), N_("A button's type says that it is answered with.")),
            kind: shape(
                N_("A button needs an id and a title."),
                {"id": BUTTON_ID, "title": BUTTON_TITLE},
            ),
        },
    )
    return every(
        listed(button, most, rule),
        distinct(lambda each: each[kind]["id"], f"{kind}.id", SAME_ID),
        distinct(lambda each: each[kind]["title"], f"{kind}.title", SAME_TITLE),
    )


BUTTONS = shape(
    N_("The message needs its buttons."),
    {"buttons": replies("reply", 3, N_("A message has one to three reply buttons."))},
)

# --- lists -----------------------------------------------------------------------------------------------------------

ROW = shape(
    N_("A list's row is an object with an id and a title."),
    {
        "id": words(200, N_("A list's row needs an id of at most 200 characters.")),
        "title": words(24, N_("A list's row needs a title of at most 24 characters.")),
    },
    {"description": note(72, N_("The description of a list's row has at most 72 characters."))},
)
MOST_ROWS = 10
TEN_ROWS = N_("A list has 1 to 10 rows in all its sections together.")
SECTION_TITLE = N_("A list's section has a title of at most 24 characters; with several sections each needs one.")
SECTION = shape(
    N_("A list's section is an object with rows."),
    {"rows": listed(ROW, MOST_ROWS, TEN_ROWS)},
    {"title": note(24, SECTION_TITLE)},
)


def titled(sections: JSON) -> Problem | None:
    """One section may do without a title."""
    if len(sections) > 1:
        for place, section in enumerate(sections):
            if not (section.get("title") or "").strip():
                return fault(MISSING, SECTION_TITLE, f"[{place}].title")
    return None


def _rows(sections: JSON) -> Problem | None:
    seen: set[str] = set()
    for at, section in enumerate(sections):
        for place, row in enumerate(section["rows"]):
            if row["id"] in seen:
                return fault(WRONG, N_("Two rows of the list have the same id."), f"[{at}].rows[{place}].id")
            seen.add(row["id"])
    return fault(WRONG, TEN_ROWS) if len(seen) > MOST_ROWS else None


LIST = shape(
    N_("The list needs its button and its sections."),
    {
        "button": words(20, N_("The button that opens a list needs a title of at most 20 characters.")),
        "sections": every(listed(SECTION, 10, N_("A list has 1 to 10 sections.")), titled, _rows),
    },
)

# --- links, places, addresses, forms, calls --------------------------------------------------------------------------

LINK = named(
    "cta_url",
    {
        "display_text": words(20, N_("A link button needs a title of at most 20 characters.")),
        "url": words(2000, N_("A link button needs an address that begins with https:// or http://."), pattern=WEB),
    },
)
PLACE = named("send_location")
_OBJECT = shape(N_("The values of an address are an object."))
ADDRESS = named(
    "address_message",
    {"country": one_of(("IN", "SG"), N_("An address can be asked for in India (IN) and Singapore (SG)."))},
    {
        "values": _OBJECT,
        "validation_errors": _OBJECT,
        "saved_addresses": listed(
            shape(
                N_("A saved address is an object with an id and a value."),
                {"id": words(255, N_("A saved address needs an id.")), "value": _OBJECT},
            ),
            100,
            N_("Saved addresses are a list."),
            least=0,
        ),
    },
)
_FLOW = N_("A form is named by either its id or its name: one of them, not both.")


def _data(value: JSON) -> Problem | None:
    rule = N_("The data for a form's first screen is left out or not empty.")
    return None if isinstance(value, dict) and value else fault(WRONG, rule)


_FLOW_PARAMETERS = shape(
    PARAMETERS,
    {
        "flow_message_version": one_of(("3",), N_("A form's flow_message_version is 3.")),
        "flow_cta": words(30, N_("The button that opens a form needs a title of at most 30 characters.")),
    },
    {
        "flow_id": words(255, _FLOW),
        "flow_name": words(255, _FLOW),
        "flow_token": words(2000, N_("A form's token is a text.")),
        "mode": one_of(("draft", "published"), N_("A form's mode is draft or published.")),
        "flow_action": one_of(("navigate", "data_exchange"), N_("A form's action is navigate or data_exchange.")),
        "flow_action_payload": shape(
            N_("A form's first screen is an object."),
            may={"screen": words(255, N_("A form's first screen has a name.")), "data": _data},
        ),
    },
)
FLOW = shape(
    N_("A form needs its action."),
    {
        "name": one_of(("flow",), N_("The message's action has the name of its type.")),
        "parameters": every(
            shape(PARAMETERS),
            exactly_one(("flow_id", "flow_name"), _FLOW),
            _FLOW_PARAMETERS,
        ),
    },
)
MINUTES = whole(1, 43200, N_("A call button works for 1 to 43,200 minutes."))
CALL = named(
    "voice_call",
    may={
        "display_text": words(20, N_("A call button has a title of at most 20 characters.")),
        "ttl_minutes": MINUTES,
        "payload": note(512, N_("What a call button hands back has at most 512 characters.")),
    },
)
CALL_PERMISSION = named("call_permission_request")
CONTACT_INFO = named("request_contact_info")
