"""Messaging services: one that holds the sender can take its messages elsewhere (reference §6, §13)."""

from urllib.parse import urldefrag

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.shapes import Answer, Platform, Talk
from safarichat.providers.twilio.rest import Account, ask, messaging, pages
from safarichat.providers.twilio.senders import Sender

PATH = "v1/Services"
MOST_SERVICES = 5  # each costs a question


def overriding(platform: Platform, account: Account, sender: Sender) -> Talk[Sender | None]:
    """The service whose own address stands over the sender's. A key that may not read them finds none."""
    listed = yield from pages(messaging(platform, account, "list services", "GET", PATH), "services", 2)
    elsewhere = [each for each in listed.items if _goes_elsewhere(each, platform.hook_url)]
    for service in elsewhere[:MOST_SERVICES]:
        path = f"{PATH}/{text(service, 'sid')}/ChannelSenders"
        held = yield from pages(messaging(platform, account, "list service's senders", "GET", path), "senders", 2)
        if any(_is_same(each, sender) for each in held.items):
            return service
    return None


def _goes_elsewhere(service: Sender, hook_url: str) -> bool:
    url = urldefrag(text(service, "inbound_request_url"))[0]
    return service.get("use_inbound_webhook_on_number") is not True and url not in ("", hook_url)


def _is_same(held: Sender, sender: Sender) -> bool:
    address = text(held, "sender")
    return text(held, "sid") == text(sender, "sid") or (bool(address) and address == text(sender, "sender_id"))


def leave_to_sender(platform: Platform, account: Account, service: Sender) -> Talk[Answer]:
    """Make the service use the sender's own address."""
    form = [("UseInboundWebhookOnNumber", "true")]
    path = f"{PATH}/{text(service, 'sid')}"
    return (yield from ask(messaging(platform, account, "release webhook", "POST", path, form=form)))
