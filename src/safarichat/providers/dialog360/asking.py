"""Asking 360dialog: the number's own host with its key, and the hub's API with the partner's (reference §1, §3)."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from safarichat.providers.cloud_api.loose import decode
from safarichat.providers.shapes import JSON, Answer, Call, Lost, Number, Platform, Reply, Talk

MESSAGING = "https://waba-v2.360dialog.io"
HUB_API = "https://hub.360dialog.io"
PARTNER_BUDGET = "360dialog-partner"  # 5 calls in 30 seconds, all of them together


def to_number(
    platform: Platform,
    name: str,
    method: str,
    path: str,
    key: str,
    *,
    address: str = "",
    query: Mapping[str, str] | None = None,
    json: JSON = None,
    is_routine: bool = False,
) -> Call:
    """`address` is where the key said that its host is; a test's or operator's setting stands over it."""
    setting = platform["D360_API_URL"]
    base = setting if setting and setting != MESSAGING else address or MESSAGING
    return Call(
        name=name,
        method=method,
        url=f"{base.rstrip('/')}/{path}",
        headers={"D360-API-KEY": key},
        query=query or {},
        json=json,
        is_routine=is_routine,
    )


def to_hub(
    platform: Platform, name: str, method: str, path: str, *, query: Mapping[str, str] | None = None, json: JSON = None
) -> Call:
    """`path` is below this partner."""
    base = platform["D360_HUB_API_URL"] or HUB_API
    return Call(
        name=name,
        method=method,
        url=f"{base.rstrip('/')}/api/v2/partners/{quote(partner_of(platform), safe='')}{path}",
        headers={"x-api-key": platform["D360_PARTNER_API_KEY"]},
        query=query or {},
        json=json,
        budget=PARTNER_BUDGET,
        is_operators=True,
    )


def partner_of(platform: Platform) -> str:
    return platform["360DIALOG_PARTNER_ID"]


def solution_of(platform: Platform) -> str:
    return platform["360DIALOG_SOLUTION_ID"]


def filters(**wanted: str) -> dict[str, str]:
    return {"filters": msgspec.json.encode(wanted).decode()}


def key_of(number: Number) -> str:
    return number.secrets.get("access_token", "")


def address_of(number: Number) -> str:
    address = number.facts.get("api_address")
    return address if isinstance(address, str) else ""


def is_of_partner(number: Number, platform: Platform) -> bool:
    """Whether the hub answers for it; not for a key that a person pasted."""
    return bool(number.facts.get("channel_id") and platform["D360_PARTNER_API_KEY"])


def is_ok(answer: Answer) -> bool:
    return isinstance(answer, Reply) and 200 <= answer.status < 300


def node(answer: Answer) -> Mapping[str, JSON]:
    """The object of a success; empty otherwise."""
    if isinstance(answer, Lost) or not is_ok(answer):
        return {}
    try:
        payload = decode(answer.body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def ask(call: Call) -> Talk[Answer]:
    """One call and its answer."""
    answer = yield call
    assert answer is not None, "a call was driven without an answer"
    return answer
