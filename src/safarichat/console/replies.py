"""Interactive messages: what a customer chose or filled in, and what we offered them."""

import json

from django.utils.translation import gettext as _

from safarichat.console.bodies import Body, Shown, as_it_came, given, part, parts, word


def answer(asked: Body) -> Shown | None:
    """What the customer sent back; None when this is no answer."""
    match word(asked, "type"):
        case "button_reply":
            return Shown(icon="hand-index", title=_("Tapped a button"), text=word(asked, "button_reply", "title"))
        case "list_reply":
            choice = part(asked, "list_reply")
            lines = filter(None, [word(choice, "title"), word(choice, "description")])
            return Shown(icon="list-ul", title=_("Chose from the list"), text="\n".join(lines))
        case "nfm_reply":
            return _form(part(asked, "nfm_reply"))
        case "call_permission_reply":
            accepted = part(asked, "call_permission_reply").get("response") == "accept"
            return Shown(icon="telephone", title=_("Allowed calls") if accepted else _("Declined calls"))
    return None


def _form(reply: Body) -> Shown:
    try:
        filled = json.loads(word(reply, "response_json") or "{}")
    except (ValueError, RecursionError):  # customers' apps make it, and it may be nested without end
        filled = {"": word(reply, "response_json")}
    values = filled.items() if isinstance(filled, dict) else [("", filled)]
    facts = [(str(name).replace("_", " "), _plain(value)) for name, value in values if name != "flow_token"]
    return Shown(icon="ui-checks", title=_("Filled in a form"), facts=given(facts))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else as_it_came(value)


def question(asked: Body) -> Shown | None:
    """What we offered; None when this is nothing we know."""
    if word(asked, "type") not in QUESTIONS:
        return None
    action = part(asked, "action")
    buttons = [word(button, "reply", "title") for button in parts(action, "buttons")]
    rows = [word(row, "title") for section in parts(action, "sections") for row in parts(section, "rows")]
    named = word(action, "parameters", "display_text") or word(action, "parameters", "flow_cta")
    header, footer = word(asked, "header", "text"), word(asked, "footer", "text")
    lines = [header and f"*{header}*", word(asked, "body", "text"), footer and f"_{footer}_"]
    return Shown(
        text="\n".join(filter(None, lines)),
        choices=tuple(filter(None, [*buttons, word(action, "button"), *rows, named])),
    )


QUESTIONS = frozenset(
    {
        "address_message",
        "button",
        "call_permission_request",
        "carousel",
        "catalog_message",
        "cta_url",
        "flow",
        "list",
        "location_request_message",
        "order_details",
        "order_status",
        "product",
        "product_list",
        "request_contact_info",
        "voice_call",
    }
)
