"""A load generator for messages, a process of its own: `python -m safarichat.bench.asking '{"port": …, …}'`."""

import random
import sys

import msgspec
import uvloop

from safarichat.bench.load import Load, Plan


class Asking(Plan, kw_only=True):
    """`senders`: phone_number_id and API key of each. Customers 0 … have written lately; those beyond never have."""

    senders: list[tuple[str, str]]


def requests(plan: Asking) -> list[bytes]:
    dice = random.Random(plan.seed)
    return [_request(plan, n, dice) for n in range(plan.count)]


def _request(plan: Asking, n: int, dice: random.Random) -> bytes:
    number, key = plan.senders[n % len(plan.senders)]
    body = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    if n % 3:
        text = {"body": f"Message {plan.seed}-{n} " + "lorem ipsum dolor "[:18] * dice.randint(2, 8)}
        content = {"to": f"+2547{dice.randrange(plan.customers):08}", "type": "text", "text": text}
    else:
        template = {"name": "hello_world", "language": {"code": "en_US"}}
        content = {"to": f"+255{plan.seed:02}{n:07}", "type": "template", "template": template}
    encoded = msgspec.json.encode(body | content)
    head = (
        f"POST /v25.0/{number}/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(encoded)}\r\n\r\n"
    )
    return head.encode() + encoded


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.argv[1], type=Asking)
    found = uvloop.run(Load(asked, requests(asked)).run())
    print(msgspec.json.encode(found).decode())
