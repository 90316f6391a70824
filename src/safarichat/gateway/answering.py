"""Which verb answers a call, and which scope it needs."""

from collections.abc import Callable, Mapping

from safarichat.gateway import receipts
from safarichat.gateway.answers import Answer, lacking, not_there
from safarichat.gateway.calls import Call

Verb = Callable[[Call], Answer]
# By method and the path behind the object's id; the scope stands beside.
OF_OBJECTS: Mapping[tuple[str, str], tuple[str, Verb]] = {
    ("POST", "messages"): ("send", receipts.read),
    ("POST", "marketing_messages"): ("send", receipts.read),
}


def answer(call: Call) -> Answer:
    """As the owner role outside of any transaction: verbs enter the account themselves. Raises Failed."""
    if not call.place.parts:
        return not_there("", call.method)
    found = OF_OBJECTS.get((call.method, "/".join(call.place.parts[1:])))
    if found is None:
        return not_there(call.place.parts[0], call.method)
    scope, verb = found
    return verb(call) if scope in call.key.scopes else lacking(scope)
