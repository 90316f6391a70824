"""Why something did not work: one value, for a person and for a program."""

from typing import Literal

from msgspec import Struct

# A connection has sides that stand or fall apart from each other.
Side = Literal["sending", "receiving", "templates", "media"]
SIDES: tuple[Side, ...] = ("sending", "receiving", "templates", "media")


class Problem(Struct, frozen=True, kw_only=True):
    """Why something did not work, for a person and for a program.

    `code` is the provider's, `key` ours (stable, e.g. "token_expired"); `message` is a sentence a person reads, `cure`
    what to do next: both are constants of the error table, to be translated when shown. `fault` says whose turn it is;
    `scope` what is affected; `number_status` the status a credential takes when this happens to it (empty: keeps its
    own); `details` the provider's own words. `hurts` names the sides of the connection that suffer (nothing else does),
    `repair` the deed that cures it at one click, where there is one; `rests_s` for how long a throttled `scope` wants
    nothing more.
    """

    key: str
    message: str
    cure: str = ""
    code: int | None = None
    subcode: int | None = None
    title: str = ""
    details: str = ""
    fault: Literal["us", "business", "customer", "provider"] = "provider"
    scope: Literal["message", "recipient", "template", "number", "portfolio", "credential", "account", "request"] = (
        "request"
    )
    number_status: Literal["", "attention", "reauth_required", "suspended"] = ""
    http_status: int | None = None
    trace_id: str = ""
    hurts: tuple[Side, ...] = ()
    repair: str = ""
    rests_s: float = 0
