"""Which verb answers a call, and which scope it needs."""

from collections.abc import Callable, Mapping

from safarichat.gateway import keys, media, numbers, passing, profile, receipts, resuming, subscribing, templates
from safarichat.gateway.answers import Answer, lacking, not_there
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_if_any, rows_if_waba

Verb = Callable[[Call], Answer]
# By method and what stands behind the object's id; the scope stands beside.
OF_OBJECTS: Mapping[tuple[str, str], tuple[str, Verb]] = {
    ("POST", "messages"): ("send", receipts.read),
    ("POST", "marketing_messages"): ("send", receipts.read),
    ("POST", "media"): ("send", media.upload),
    ("GET", "phone_numbers"): ("read", numbers.listed),
    ("POST", "request_code"): ("numbers", numbers.request_code),
    ("POST", "verify_code"): ("numbers", numbers.verify_code),
    ("POST", "register"): ("numbers", numbers.register),
    ("POST", "deregister"): ("numbers", numbers.deregister),
    ("GET", "whatsapp_business_profile"): ("read", profile.look),
    ("POST", "whatsapp_business_profile"): ("numbers", profile.change),
    ("GET", "message_templates"): ("read", templates.listed),
    ("POST", "message_templates"): ("templates", templates.create),
    ("DELETE", "message_templates"): ("templates", templates.delete),
    ("GET", "subscribed_apps"): ("admin", subscribing.look),
    ("POST", "subscribed_apps"): ("admin", subscribing.subscribe),
    ("DELETE", "subscribed_apps"): ("admin", subscribing.unsubscribe),
}
Kind = Mapping[str, tuple[str, Verb]]  # by method
NUMBER: Kind = {"GET": ("read", numbers.look), "POST": ("numbers", numbers.change)}
ACCOUNT: Kind = {"GET": ("read", numbers.account)}
FILE: Kind = {"GET": ("read", media.look), "DELETE": ("send", media.delete)}
UPLOAD: Kind = {"GET": ("send", resuming.look), "POST": ("send", resuming.take)}
TEMPLATE: Kind = {"GET": ("read", templates.look), "POST": ("templates", templates.edit)}


def answer(call: Call) -> Answer:
    """As the owner role outside of any transaction: verbs enter the account themselves. Raises Failed."""
    found = _verb(call)
    if found is None:
        return not_there("/".join(call.place.parts[:1]), call.method)
    scope, verb = found
    return verb(call) if scope in call.key.scopes else lacking(scope)


def _verb(call: Call) -> tuple[str, Verb] | None:
    match call.place.parts:
        case ("debug_token",) if call.method == "GET":
            return "read", keys.look
        case (session,) if session.startswith(resuming.SESSION):
            return UPLOAD.get(call.method)
        case (_app, "uploads") if call.method == "POST":
            return "send", resuming.begin
        case (object_id,) if object_id.isdigit():
            return _kind(call).get(call.method)
        case (object_id, *edge) if object_id.isdigit():
            return OF_OBJECTS.get((call.method, "/".join(edge))) or passing.verb_for(call)
    return None


def _kind(call: Call) -> Kind:
    """An id alone does not tell what it is of: ours are asked first, since they cost least."""
    if number_if_any(call):
        return NUMBER
    if rows_if_waba(call):
        return ACCOUNT
    return FILE if media.is_ours(call.place.parts[0]) and not templates.is_known(call) else TEMPLATE
