"""What the suite needs to know of a provider, and a pretend one that answers a talk from a table of replies."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from safarichat.ground.outbound import run_talk
from safarichat.providers import Provider
from safarichat.providers.shapes import (
    Answer,
    Call,
    Event,
    Hook,
    Lost,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Progress,
    Reply,
    Signup,
    T,
    Talk,
)

Routes = Mapping[str, list[Answer]]
GONE = Lost("connection refused", may_have_arrived=False)
CUT = Lost("connection closed before message completed", may_have_arrived=True)


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, msgspec.json.encode(body))


class ConnectCase(Struct, frozen=True, kw_only=True):
    """`routes` replace those of the happy way; `outcome`, `step` and `key` are what comes of it."""

    name: str
    outcome: type
    signup: Signup
    routes: Routes = {}
    key: str = ""
    step: str = ""
    steps: tuple[str, ...] | None = None
    facts: Mapping[str, Any] = {}
    calls: tuple[str, ...] | None = None
    may_resume: bool | None = None
    without: frozenset[str] = frozenset()  # settings that are not set


class SendCase(Struct, frozen=True, kw_only=True):
    """What `answer` to a message means."""

    name: str
    answer: Answer
    outcome: type[Outcome] | type
    why: str = ""
    key: str = ""
    after_s: float | None = None


class HookCase(Struct, frozen=True, kw_only=True):
    """The exact bytes and the signature that belongs to them under a secret."""

    name: str
    body: bytes
    headers: Mapping[str, str]
    secrets: Mapping[str, str]
    url: str = ""
    query: Mapping[str, str] = {}
    covers_body: bool = True  # False: a secret word in a header, which proves who sends, and not what


class Subject(Struct, frozen=True, kw_only=True):
    provider: Provider
    platform: Platform
    of_number: Platform | None = None  # where the number's connection has values of its own
    number: Number
    happy: Routes  # what the provider answers when all is well, by "METHOD path"
    connects: tuple[ConnectCase, ...]
    sends: tuple[SendCase, ...]
    hooks: tuple[HookCase, ...]
    errors: Path
    events: Path
    error_answer: Callable[[int, int], Reply]  # code, HTTP status → what the provider then says
    hook_of: Callable[[Mapping[str, Any]], Hook]  # a case of `events` → the webhook that tells it
    message_of: Callable[[Call], Mapping[str, Any]]  # a call that sends → the message as the provider reads it
    outgoing: Outgoing
    sends_to: str  # the route that a message takes
    accepted: tuple[str, str]  # the provider's id and the wa_id that the answer of `happy` tells for it
    connected: tuple[str, str]  # phone_number_id and WABA of the number of `happy`
    signs_in_by: str = ""  # the route that a sign-in may take once only
    hidden: tuple[str, ...]  # what must never be shown
    leaving: tuple[tuple[str, str], ...]  # steps and states when the number is given up and deregistered
    kept: tuple[tuple[str, str], ...]  # the same when the business account's subscription must stay
    keeps_messages: bool = True  # a received message's body is the provider's own, and not our translation

    def __repr__(self) -> str:
        return self.provider.name

    @property
    def place(self) -> Platform:
        """What a connected number's talks are given."""
        return self.of_number or self.platform

    def read(self, case: Mapping[str, Any]) -> list[Event]:
        return self.provider.read(self.hook_of(case))


class Pretend:
    """Answers a talk: each route with its replies in turn, the last one again and again."""

    def __init__(self, *tables: Routes) -> None:
        self.routes = {route: list(answers) for table in tables for route, answers in table.items()}
        self.calls: list[Call] = []
        self.steps: list[Progress] = []

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(route_of(call) for call in self.calls)

    def ask(self, call: Call) -> Answer:
        self.calls.append(call)
        answers = self.routes.get(route_of(call), [reply({"error": {"code": 100, "error_subcode": 33}}, 400)])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def run(self, talk: Talk[T]) -> T:
        return run_talk(talk, self.ask, self.steps.append)


def route_of(call: Call) -> str:
    path = urlsplit(call.url).path.strip("/")
    version, _, rest = path.partition("/")
    return f"{call.method} {rest if version.startswith('v') else path}"
