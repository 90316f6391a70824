"""States that only a number at Twilio can be put into; and those that mean something else there."""

from collections.abc import Callable

from safarichat.sandbox.things import JSON, PhoneNumber
from safarichat.sandbox.twilio.room import Twilio
from safarichat.sandbox.twilio.senders import STATUSES, USABLE
from safarichat.sandbox.twilio.things import Sender, auth_token


def put_into(twilio: Twilio, number: PhoneNumber, wanted: dict[str, JSON]) -> dict[str, JSON]:
    """Does what it knows and answers the rest."""
    sender = twilio.world.twilio.sender_of(number.id)
    if sender is None:
        return wanted
    rest = dict(wanted)
    for key in [key for key in wanted if key in CHANGES]:
        CHANGES[key](twilio, sender, number, rest.pop(key))
    twilio.world.twilio.senders.put(sender)
    return rest


def shown(twilio: Twilio, number: PhoneNumber) -> dict[str, JSON]:
    kept = twilio.world.twilio
    sender = kept.sender_of(number.id)
    if sender is None:
        return {}
    return {
        "account_sid": sender.account,
        "account_status": kept.accounts.things[sender.account].status,
        "sender_sid": sender.id,
        "sender_status": twilio.senders.standing(sender),
        "offline_reason": number.offline_reason,
        "service_sid": sender.service,
        "webhook_url": sender.webhook.get("callback_url", ""),
        "status_callback_url": sender.webhook.get("status_callback_url", ""),
        "stopped": len(sender.stopped),
    }


def _sender_status(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    if str(value) not in STATUSES:
        raise ValueError(f"sender_status must be one of {', '.join(STATUSES)}")
    sender.status, number.registered = str(value), str(value) in USABLE


def _shared(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    """The customer takes Twilio's access to the WABA away, or gives it back."""
    number.offline_reason = "" if value else "63020"


def _account_status(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    account = twilio.world.twilio.accounts.things[sender.account]
    account.status = str(value)
    twilio.world.twilio.accounts.put(account)


def _token_replaced(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    """Somebody made a new token in Twilio's console: the old one stops working, also for signatures."""
    account = twilio.world.twilio.accounts.things[sender.account]
    account.auth_token = auth_token()
    twilio.world.twilio.accounts.put(account)


def _webhook_url(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    sender.webhook = {**sender.webhook, "callback_url": str(value or "")}


def _stopped(twilio: Twilio, sender: Sender, number: PhoneNumber, value: JSON) -> None:
    """Who wrote STOP: their telephone numbers."""
    sender.stopped = [twilio.world.meet(str(phone)).id for phone in value or []]


CHANGES: dict[str, Callable[[Twilio, Sender, PhoneNumber, JSON], None]] = {
    "sender_status": _sender_status,
    "shared": _shared,
    "account_status": _account_status,
    "token_replaced": _token_replaced,
    "webhook_url": _webhook_url,
    "stopped": _stopped,
}
