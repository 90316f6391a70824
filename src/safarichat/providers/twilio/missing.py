"""What Twilio's list of messages tells of a number's past, since its webhooks get lost (reference §3.1, §6)."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from safarichat.providers.cloud_api.loose import mappings, text
from safarichat.providers.shapes import JSON, Event, Number, Platform, Talk
from safarichat.providers.twilio.addresses import sender_address
from safarichat.providers.twilio.reading import RECEIVED, events_of
from safarichat.providers.twilio.rest import Account, account_of, api, api_base, ask, node, pages
from safarichat.providers.twilio.times import day_of, unix_s

PAGE = "1000"
LOOK_BACK_S = 3600  # how long after its sending a message's status is still asked for
Message = Mapping[str, JSON]


def missed(number: Number, platform: Platform, since: int) -> Talk[list[Event]]:
    """Both directions, each newest first, up to the moment in question."""
    account = account_of(platform)
    events: list[Event] = []
    received = yield from _listed(platform, account, "To", sender_address(number), since)
    for message in received:
        if text(message, "status") not in RECEIVED or _made(message) < since:
            continue
        media = (yield from _media(platform, account, message)) if _has_files(message) else {}
        if media or not _has_files(message):  # else the answer got lost: the next run asks again
            events += events_of({**_form(message), "SmsStatus": "received", **media}, at=_made(message))
    sent = yield from _listed(platform, account, "From", sender_address(number), since - LOOK_BACK_S)
    return events + list(_statuses(sent, since))


def _listed(platform: Platform, account: Account, side: str, address: str, since: int) -> Talk[list[Message]]:
    query = {side: address, "DateSent>": day_of(since), "PageSize": PAGE}
    call = api(platform, account, "list messages", "GET", "/Messages.json", query=query)
    listed = yield from pages(call, "messages", is_last=lambda message: 0 < _made(message) < since)
    return [message for message in listed.items if not 0 < _made(message) < since]


def _made(message: Message) -> int:
    return unix_s(text(message, "date_sent")) or unix_s(text(message, "date_created"))


def _form(message: Message) -> dict[str, str]:
    """As its webhook would have told it. (!) Taps, places and names of people stand in no list."""
    body = text(message, "body")
    return {
        "MessageSid": text(message, "sid"),
        "From": text(message, "from"),
        "To": text(message, "to"),
        "Body": body,
        "NumMedia": text(message, "num_media"),
        "MessageType": "" if body or _has_files(message) else "not told",
        "ErrorCode": text(message, "error_code"),
        "ErrorMessage": text(message, "error_message"),
    }


def _has_files(message: Message) -> bool:
    return text(message, "num_media") not in ("", "0")


def _media(platform: Platform, account: Account, message: Message) -> Talk[dict[str, str]]:
    path = f"/Messages/{quote(text(message, 'sid'), safe='')}/Media"
    answer = yield from ask(api(platform, account, "list files", "GET", f"{path}.json"))
    first = next(iter(mappings(node(answer), "media_list")), {})
    if not text(first, "sid"):
        return {}
    link = f"{api_base(platform)}/2010-04-01/Accounts/{account.sid}{path}/{quote(text(first, 'sid'), safe='')}"
    return {"MediaUrl0": link, "MediaContentType0": text(first, "content_type")}


def _statuses(sent: list[Message], since: int) -> Iterator[Event]:
    for message in sent:
        at = unix_s(text(message, "date_updated")) or _made(message)
        if at >= since:
            yield from events_of({**_form(message), "MessageStatus": text(message, "status")}, at=at)
