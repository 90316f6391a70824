"""Interactive messages that a customer sent: what they chose or filled in."""

import json

from django.utils.translation import gettext as _

from safarichat.console.bodies import Body, Shown, as_it_came, given, part, word


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
