"""What is made to go wrong on purpose, for how long and how often."""

import random
import time
from typing import Literal, get_args

from msgspec import Struct

Kind = Literal[
    "error",
    "http_status",
    "latency",
    "drop_reply",
    "outage",
    "duplicate_webhook",
    "reorder",
    "status_before_answer",
    "inbound_lost",
    "unknown_keys",
    "lost_signup_event",
]
KINDS: tuple[str, ...] = get_args(Kind)


class Fault(Struct, kw_only=True):
    """`code` is an error code or an HTTP status, `ms` a time, `path` narrows it to requests whose path holds it,
    `number` to one phone_number_id. `later` makes an error a `failed` status after the message was accepted."""

    kind: Kind
    provider: str = "meta"
    code: int = 0
    rate: float = 1.0
    ms: int = 0
    path: str = ""
    number: str = ""
    later: bool = False
    until: float = float("inf")


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def add(self, fault: Fault, for_s: float | None) -> None:
        if for_s is not None:
            fault.until = time.monotonic() + for_s
        self.planned.append(fault)

    def clear(self) -> None:
        self.planned = []

    def strikes(self, kind: Kind, path: str = "", *, later: bool = False, provider: str = "meta") -> Fault | None:
        """The first planned fault of that kind and provider that hits this time."""
        if not self.planned:
            return None
        now = time.monotonic()
        self.planned = [fault for fault in self.planned if fault.until > now]
        mine = (fault for fault in self.planned if fault.provider in (provider, "*"))
        right = (fault for fault in mine if fault.kind == kind and fault.later == later)
        return next((fault for fault in right if _hits(fault, path)), None)


def _hits(fault: Fault, path: str) -> bool:
    within = fault.path in path and fault.number in path
    return within and (fault.rate >= 1 or random.random() < fault.rate)
