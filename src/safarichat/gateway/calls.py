"""What a program asks of the gateway, and which scope that needs."""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from safarichat.accounts.apikeys import Key
from safarichat.ground.spooling import Spool
from safarichat.ground.sql import JSON

Scope = Literal["send", "read", "templates", "numbers", "admin"]
# Without a version a path is the gateway's only when its first part can be nothing else here.
_PATH = re.compile(
    r"/(?:(?P<version>v\d{1,3}\.\d{1,2})(?:/(?P<rest>.*))?|(?P<bare>(?:\d+|upload:|debug_token|oauth).*))"
)
_BARE = re.compile(r"\d+|upload:[^/]+|debug_token|oauth")
HOT = ("messages", "marketing_messages")


class Place(Struct, frozen=True):
    """Where a call goes: the parts of its path behind the version."""

    version: str
    parts: tuple[str, ...]

    @property
    def edge(self) -> str:
        return self.parts[1] if len(self.parts) > 1 else ""

    @property
    def is_upload(self) -> bool:
        """Whether bytes come to a session that was begun before."""
        return len(self.parts) == 1 and self.parts[0].startswith("upload:")

    @property
    def is_hot(self) -> bool:
        return len(self.parts) == 2 and self.parts[1] in HOT and self.parts[0].isdigit()


class Call(Struct, frozen=True, kw_only=True):
    """A call whose key is known. `told`: its parameters, however they came; `body` as it came, for those that are
    passed on or are bytes; `spool` an upload, on disk."""

    key: Key
    method: str
    place: Place
    told: Mapping[str, JSON]
    content_type: str = ""
    body: bytes = b""
    spool: Spool | None = None
    headers: Mapping[str, str] = {}
    address: str = ""

    def __repr__(self) -> str:
        return f"Call({self.method} {self.place})"


def place_of(path: str) -> Place | None:
    """None for a path that is not the gateway's."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    rest = found["rest"] if found["version"] else found["bare"]
    parts = tuple(part for part in (rest or "").split("/") if part)
    if not found["version"] and not (parts and _BARE.fullmatch(parts[0])):
        return None
    return Place(found["version"] or "", parts)
