"""360dialog: answers as the reference prints them."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from safarichat.providers import get
from safarichat.providers.shapes import Accepted, Call, Hook, Later, Number, Outgoing, Platform, Refused, Reply, Unknown
from tests.conformance import cloud_api
from tests.conformance.dialog360.connects import (
    CONNECTS,
    HAPPY,
    HOOK_URL,
    MAKE_KEY,
    PARTNER_HOOK_URL,
    TENANT,
    gateway,
)
from tests.conformance.subject import CUT, GONE, HookCase, SendCase, Subject, reply

HERE = Path(__file__).parent
PLATFORM = Platform(
    settings={
        "360DIALOG_PARTNER_ID": "abcdePA",
        "360DIALOG_SOLUTION_ID": "12345678901234",
        "D360_PARTNER_API_KEY": "partner-key-1",
        "D360_PLATFORM_SECRET": "plat_secret_1",
        "META_APP_ID": "111222333",
        "META_CONFIG_ID": "9988776655",
    },
    hook_url=HOOK_URL,
    operator_hook_url=PARTNER_HOOK_URL,
    redirect_url="https://app.test/whatsapp/official/callback",
    tenant=TENANT,
)
OUTCOMES = {"permanent": Refused, "unknown": Unknown}


def error_answer(code: int, status: int) -> Reply:
    error = {"message": f"(#{code}) Said so", "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqk"}
    return reply(
        {"error": {**error, "error_data": {"messaging_product": "whatsapp", "details": "Their words."}}}, status
    )


def message_of(call: Call) -> Mapping[str, Any]:
    assert isinstance(call.json, dict)
    return call.json


def hook_of(case: Mapping[str, Any]) -> Hook:
    """A case of the hub gives the whole body."""
    if "hub" not in case:
        return cloud_api.hook_of(case)
    return Hook(method="POST", headers={}, query={}, body=msgspec.json.encode(case["hub"]))


def signed(name: str, body: bytes, value: str) -> HookCase:
    secrets = {"D360_PLATFORM_SECRET": "plat_secret_1"}
    return HookCase(name=name, body=body, headers={"x-360dialog-signature": value}, secrets=secrets)


RUNNING = b'{"id":"evt_1","event":"channel_running","data":{"id":"AbCdEfCH"}}'
DIGEST = "b52231b889aa7d025d7aaf3aafc78d8baade8592fcf953366c47f41a1386bb9f"  # the reference's vector (§6)
LONG = b"x" * 3_000_000
HOOKS = (
    signed("hub", RUNNING, DIGEST),
    signed("hub, 3 MB", LONG, hmac.new(b"plat_secret_1", LONG, hashlib.sha256).hexdigest()),
    HookCase(
        name="a number's own header",
        body=b'{"object":"whatsapp_business_account","entry":[]}',
        headers={"authorization": "Bearer r4nd0m-w0rd"},
        secrets={"D360_HOOK_SECRET": "r4nd0m-w0rd"},
        covers_body=False,
    ),
)

TAKEN = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511987654321", "wa_id": "551187654321"}],
    "messages": [{"id": "wamid.OUT1", "message_status": "accepted"}],
}


def of_the_gateway() -> Iterator[SendCase]:
    for line in (HERE / "gateway.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        status, outcome, key, after_s, words = line.split(maxsplit=4)
        for camel in (False, True):
            yield SendCase(
                name=f"{status} {words}, {'camel' if camel else 'snake'}",
                answer=gateway(int(status), words, camel=camel),
                outcome=OUTCOMES.get(outcome, Later),
                why=outcome,
                key=key,
                after_s=float(after_s),
            )


SENDS = (
    *of_the_gateway(),
    SendCase(name="taken", answer=reply(TAKEN), outcome=Accepted),
    SendCase(name="taken with 201", answer=reply(TAKEN, 201), outcome=Accepted),
    SendCase(name="200 without an id", answer=reply({"messages": []}), outcome=Unknown, key="answer_not_understood"),
    SendCase(name="never left", answer=GONE, outcome=Later, why="transient", key="unreachable"),
    SendCase(name="answer lost", answer=CUT, outcome=Unknown, key="answer_lost"),
    SendCase(name="bare 500", answer=Reply(500, {}, b"oops"), outcome=Unknown),
    SendCase(name="bare 502", answer=Reply(502, {}, b"<html>"), outcome=Unknown),
    SendCase(name="bare 503", answer=Reply(503, {}, b""), outcome=Later, why="transient"),
    SendCase(name="bare 429", answer=Reply(429, {"retry-after": "7"}, b""), outcome=Later, why="throttled", after_s=7),
    SendCase(
        name="401 whose body says 404",
        answer=reply({"meta": {"success": False, "http_code": 404, "developer_message": "Not found"}}, 401),
        outcome=Later,
        why="credential",
        key="key_replaced",
    ),
    SendCase(name="meta that is no object", answer=reply({"meta": "x"}, 400), outcome=Refused),
    SendCase(name="unheard-of code", answer=error_answer(999999, 400), outcome=Refused, key="unknown_code"),
    SendCase(name="throttle of Meta", answer=error_answer(131056, 400), outcome=Later, why="throttled", after_s=6),
)

SUBJECT = Subject(
    provider=get("360dialog"),
    platform=PLATFORM,
    number=Number(
        credential_id=1,
        phone_number_id="3003001",
        waba_id="2002001",
        phone_number="5511900000000",
        facts={"channel_id": "Xy34ZzCH", "client_id": "Ab12CdCL"},
        secrets={"access_token": "NUMBERKEY0001AK", "D360_HOOK_SECRET": "r4nd0m-w0rd"},
    ),
    happy=HAPPY,
    connects=CONNECTS,
    sends=SENDS,
    hooks=HOOKS,
    errors=HERE / "errors.txt",
    events=HERE / "events.jsonl",
    error_answer=error_answer,
    hook_of=hook_of,
    message_of=message_of,
    outgoing=Outgoing(opaque="m-1", to="5511987654321", body={"type": "text", "text": {"body": "hi"}}),
    sends_to="POST messages",
    accepted=("wamid.OUT1", "551187654321"),
    connected=("3003001", "2002001"),
    signs_in_by=MAKE_KEY,
    hidden=("NEWKEY0001AK", "PASTEDKEY0001AK", "partner-key-1", "plat_secret_1"),
    leaving=(("unsubscribed", "done"), ("key_deleted", "done")),
    kept=(("unsubscribed", "done"), ("key_deleted", "done")),
)
