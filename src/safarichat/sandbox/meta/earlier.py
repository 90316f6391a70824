"""What stood in the phone app before its number joined the API, told in chunks, newest phase first (reference §2.11,
§7.11): files only as placeholders, and those of the last two weeks once more by themselves."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from safarichat.sandbox import ids
from safarichat.sandbox.things import JSON, Customer, Message, PhoneNumber
from safarichat.sandbox.world import World

DAY_S = 86_400
PHASES = (1, 90, 180)  # days back to which each reaches
FILES_DAYS = 14
CHUNK = 500  # messages
FILES = ("image", "video", "audio", "document", "sticker")
LINES = ("Do you still have roses?", "We do, red and white", "How much is a dozen?", "1,200 with delivery")

Value = dict[str, JSON]


def invent(world: World, number: PhoneNumber, customer: Customer, count: int) -> None:
    """A conversation of the last 180 days, both sides in turn."""
    now, step = world.now(), 179 * DAY_S / max(count, 1)
    for index in range(count):
        content = {"type": "text", "text": {"body": f"{LINES[index % 4]} ({index + 1})"}}
        world.add_message(
            Message(
                id=ids.message_id(customer.wa_id or customer.user_id, inbound=index % 2 == 0),
                phone_number_id=number.id,
                customer_id=customer.id,
                inbound=index % 2 == 0,
                by_phone=index % 2 == 1,
                at=now - 60 - (count - 1 - index) * step,
                kind="text",
                body=msgspec.Raw(msgspec.json.encode(content)),
                status="read",
            )
        )
    chat = world.chat(number.id, customer.id)
    world.threads[chat.id].sort(key=lambda id: world.messages.things[id].at)


def told(number: PhoneNumber, threads: Mapping[str, Sequence[Message]], now: float) -> Iterator[Value]:
    """The values of the webhooks, in their order; `threads` by the customer's phone number."""
    if not number.shares_history:
        problem = {"code": 2593109, "title": "History sharing declined", "message": "History sharing is turned off"}
        yield {"history": [{"errors": [problem]}]}
        return
    chunks = [chunk for phase in range(len(PHASES)) for chunk in _chunks(number, threads, phase, now)]
    for index, (phase, part) in enumerate(chunks):
        about = {"phase": phase, "chunk_order": index + 1, "progress": 100 * (index + 1) // len(chunks)}
        yield {"history": [{"metadata": about, "threads": part}]}
    for phone, messages in threads.items():
        for message in messages:
            if message.kind in FILES and message.at > now - FILES_DAYS * DAY_S:
                yield {"messages": [_item(number, phone, message)]}


def _chunks(
    number: PhoneNumber, threads: Mapping[str, Sequence[Message]], phase: int, now: float
) -> Iterator[tuple[int, list[Value]]]:
    """A phase without messages is told as well, for its progress."""
    newest = now - (PHASES[phase - 1] if phase else 0) * DAY_S
    oldest = now - PHASES[phase] * DAY_S
    flat = [(phone, message) for phone, found in threads.items() for message in found if oldest < message.at <= newest]
    for start in range(0, max(len(flat), 1), CHUNK):
        part: dict[str, list[Value]] = {}
        for phone, message in flat[start : start + CHUNK]:
            part.setdefault(phone, []).append(_earlier(number, phone, message))
        yield phase, [{"id": phone, "messages": items} for phone, items in part.items()]


def _earlier(number: PhoneNumber, phone: str, message: Message) -> Value:
    status = {"accepted": "PENDING", "failed": "ERROR"}.get(message.status, message.status.upper())
    item = _item(number, phone, message)
    if message.kind in FILES:
        item = {name: item[name] for name in item if name != message.kind} | {"type": "media_placeholder"}
    return {**item, "history_context": {"status": status}}


def _item(number: PhoneNumber, phone: str, message: Message) -> Value:
    ends = {"from": phone} if message.inbound else {"from": number.phone, "to": phone}
    return {**ends, "id": message.id, "timestamp": str(int(message.at)), **message.content()}
