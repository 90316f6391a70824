"""Finding what a path names, in the key's account and among the numbers that it may use. Raises Failed where there is
none: what is another's does not exist."""

from safarichat.gateway.answers import Failed, not_there, too_often
from safarichat.gateway.calls import Call
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import deeds, listing, rows
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.reaching import Reached, numbers_named


def number_of(call: Call) -> Reached:
    found = number_if_any(call)
    if found is None:
        raise Failed(not_there(call.place.parts[0], call.method))
    return found


def number_for_a_deed(call: Call) -> Reached:
    """As long as not too much is asked about it, here and on its page together."""
    number = number_of(call)
    if wait_s := deeds.wait_s(number.credential_id):
        raise Failed(too_often(wait_s, "This was asked of the number too often in a short time."))
    return number


def number_if_any(call: Call) -> Reached | None:
    named = (call.key.account_id, call.place.parts[0])
    found = numbers_named({named}).get(named)
    return found if found and call.key.may_use(found.credential_id) else None


def row_of(call: Call, number: Reached) -> OfficialWhatsappCredential:
    row = rows.find(call.key.account_id, number.credential_id)
    if row is None:
        raise Failed(not_there(call.place.parts[0], call.method))
    return row


def rows_of_waba(call: Call) -> list[OfficialWhatsappCredential]:
    """The numbers of a business account: at least one."""
    found = rows_if_waba(call)
    if not found:
        raise Failed(not_there(call.place.parts[0], call.method))
    return found


def rows_if_waba(call: Call) -> list[OfficialWhatsappCredential]:
    with acting_for(call.key.account_id):
        mine = listing.ever_connected(call.key.account_id)
    return [row for row in mine if row.waba_id == call.place.parts[0] and call.key.may_use(row.pk)]
