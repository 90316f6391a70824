"""Finding what a path names, in the key's account and among the numbers that it may use."""

from safarichat.gateway.answers import Failed, not_there
from safarichat.gateway.calls import Call
from safarichat.numbers.reaching import Reached, numbers_named


def number_of(call: Call) -> Reached:
    """Raises Failed: what is another's does not exist."""
    named = (call.key.account_id, call.place.parts[0])
    found = numbers_named({named}).get(named)
    if found is None or not call.key.may_use(found.credential_id):
        raise Failed(not_there(call.place.parts[0], call.method))
    return found
