"""`{"status": "read"}`: a program has read a customer's message, and may be about to answer (reference §4.5)."""

from safarichat.gateway.answers import SUCCESS, Answer, error, missing, outcome_told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_of
from safarichat.ground import ids
from safarichat.messaging.naming import named
from safarichat.numbers import telling
from safarichat.providers.shapes import Accepted


def read(call: Call) -> Answer:
    number = number_of(call)
    if call.told.get("status") != "read":
        return error(131009, details="status: Only read can be told of a message.")
    told = call.told.get("message_id")
    if not isinstance(told, str) or not told:
        return missing("message_id")
    theirs = told
    if (ours := ids.message_id(told)) is not None:
        known = named({(call.key.account_id, ours)}).get((call.key.account_id, ours))
        if known is None or known.credential_id != number.credential_id or not known.provider_message_id:
            return error(131009, details="message_id: There is no such message of this number.")
        theirs = known.provider_message_id
    is_typing = isinstance(call.told.get("typing_indicator"), dict)
    outcome = telling.mark_read(number.account_id, number.credential_id, theirs, is_typing=is_typing)
    if isinstance(outcome, Accepted):
        return SUCCESS
    return outcome_told(outcome)
