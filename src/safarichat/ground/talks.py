"""A *talk*: a conversation over HTTP as a generator, so that those who know what to say do no I/O.

It yields `Call` (what to ask) and gets a `Reply` or a `Lost`; it yields `Progress` (how far it came, to be stored at
once) and gets None; it returns an outcome, which is a value and never an exception. `outbound` drives it.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

JSON = Any  # the JSON edge: whatever a provider sends


class FilePart(Struct, frozen=True):
    """The file of a multipart form, whose other fields are the call's `form`. Its bytes are in the driver's hand."""

    filename: str
    mime_type: str


class Call(Struct, frozen=True, kw_only=True):
    """One HTTP request. `name` says in a word or two what it is for; it is what the logs show."""

    name: str
    method: str
    url: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    json: JSON = None
    form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None  # pairs where a name comes more than once
    data: bytes | None = None  # a body as it is: a file; its content type stands among the headers
    file: FilePart | None = None
    is_download: bool = False  # the body of a success goes into the driver's hand; `Reply.body` is then empty
    is_strange: bool = False  # somebody else told the address: the driver's guard must admit it
    timeout_s: float = 10.0
    max_bytes: int = 1_000_000
    budget: str = ""  # of calls that share a narrow limit at the provider; whoever drives the talk keeps it
    is_operators: bool = False  # about the operator's own account, others' included: no account's log shows it
    is_routine: bool = False  # one of thousands: logged only when it fails or at level DEBUG

    def __repr__(self) -> str:  # headers, query and bodies hold secrets
        return f"Call({self.name}: {self.method} {self.url})"


class Reply(Struct, frozen=True):
    """An HTTP answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> JSON:
        """The body as JSON, or None when it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


class Lost(Struct, frozen=True):
    """No answer. `may_have_arrived` is False only when the request surely never left."""

    reason: str
    may_have_arrived: bool


Answer = Reply | Lost


class Progress(Struct, frozen=True, kw_only=True):
    """A step of onboarding or disconnection ended. `facts` are public, `secrets` are to be sealed by the driver, both
    are to be stored before the talk goes on: a code is good for one exchange only."""

    step: str
    state: Literal["done", "failed", "waiting", "skipped"] = "done"
    message: str = ""
    facts: Mapping[str, JSON] = {}
    secrets: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Progress({self.step}: {self.state})"


T = TypeVar("T")
Talk = Generator[Call | Progress, Answer | None, T]
