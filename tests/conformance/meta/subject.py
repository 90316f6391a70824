"""Meta direct: answers as the reference prints them."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safarichat.providers import get
from safarichat.providers.shapes import Accepted, Call, Later, Number, Outgoing, Platform, Refused, Reply, Unknown
from tests.conformance.cloud_api import hook_of
from tests.conformance.meta.connects import CONNECTS, HAPPY
from tests.conformance.subject import CUT, GONE, HookCase, SendCase, Subject, reply

HERE = Path(__file__).parent
PLATFORM = Platform(
    settings={
        "META_APP_ID": "111222333",
        "META_APP_SECRET": "demo_app_secret",
        "META_CONFIG_ID": "9988776655",
        "META_BUSINESS_ID": "4004000",
        "META_WEBHOOK_VERIFY_TOKEN": "hello-there",
    },
    hook_url="https://app.test/webhooks/meta",
    redirect_url="https://app.test/whatsapp/official/callback",
)


def error_answer(code: int, status: int) -> Reply:
    error = {"message": f"(#{code}) Said so", "type": "OAuthException", "code": code, "fbtrace_id": "Az8or2yhqk"}
    return reply(
        {"error": {**error, "error_data": {"messaging_product": "whatsapp", "details": "Their words."}}}, status
    )


def message_of(call: Call) -> Mapping[str, Any]:
    assert isinstance(call.json, dict)
    return call.json


def signed(name: str, body: bytes, digest: str, secret: str = PLATFORM["META_APP_SECRET"]) -> HookCase:
    headers = {"x-hub-signature-256": f"sha256={digest}"}
    return HookCase(name=name, body=body, headers=headers, secrets={"META_APP_SECRET": secret})


HOOKS = (  # the reference's vectors (§2.14)
    signed(
        "escaped",
        b'{"text":"caf\\u00e9"}',
        "76f041a9f15a267ae390dd682eced747e2d1397907b0e8f853f07a25d89778d4",
    ),
    signed(
        "raw UTF-8",
        '{"text":"café"}'.encode(),
        "d71e0be38ce3ec482dd9d2fee4193c997292422117678d4fd69cd16cda52370a",
    ),
    signed(
        "no entries",
        b'{"object":"whatsapp_business_account","entry":[]}',
        "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        "test_app_secret",
    ),
    signed("3 MB", b"x" * 3_000_000, hmac.new(b"demo_app_secret", b"x" * 3_000_000, hashlib.sha256).hexdigest()),
)

TAKEN = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511987654321", "wa_id": "551187654321"}],
    "messages": [{"id": "wamid.OUT1", "message_status": "accepted"}],
}
SENDS = (
    SendCase(name="taken", answer=reply(TAKEN), outcome=Accepted),
    SendCase(name="taken with 201", answer=reply(TAKEN, 201), outcome=Accepted),
    SendCase(name="200 without an id", answer=reply({"messages": []}), outcome=Unknown, key="answer_not_understood"),
    SendCase(name="200 with a page", answer=Reply(200, {}, b"<html>"), outcome=Unknown, key="answer_not_understood"),
    SendCase(name="never left", answer=GONE, outcome=Later, why="transient", key="unreachable"),
    SendCase(name="answer lost", answer=CUT, outcome=Unknown, key="answer_lost"),
    SendCase(name="bare 500", answer=Reply(500, {}, b"oops"), outcome=Unknown),
    SendCase(name="bare 502", answer=Reply(502, {}, b""), outcome=Unknown),
    SendCase(name="bare 504", answer=Reply(504, {}, b""), outcome=Unknown),
    SendCase(name="bare 503", answer=Reply(503, {}, b""), outcome=Later, why="transient"),
    SendCase(name="bare 429", answer=Reply(429, {"retry-after": "7"}, b""), outcome=Later, why="throttled", after_s=7),
    SendCase(name="bare 404", answer=Reply(404, {}, b""), outcome=Refused),
    SendCase(name="a redirect", answer=Reply(302, {"location": "/"}, b""), outcome=Refused),
    SendCase(name="unheard-of code", answer=error_answer(999999, 400), outcome=Refused, key="unknown_code"),
    SendCase(name="unheard-of code with 500", answer=error_answer(999999, 500), outcome=Unknown, key="unknown_code"),
    SendCase(name="unheard-of code with 429", answer=error_answer(999999, 429), outcome=Later, why="throttled"),
    SendCase(name="throttle told as 403", answer=error_answer(131056, 403), outcome=Later, why="throttled", after_s=6),
    SendCase(
        name="proof refused",
        answer=reply({"error": {"code": 100, "message": "Invalid appsecret_proof provided in the API argument"}}, 400),
        outcome=Later,
        why="credential",
        key="app_secret_wrong",
    ),
    SendCase(
        name="expired token",
        answer=reply({"error": {"code": 190, "error_subcode": 463, "message": "Session has expired"}}, 401),
        outcome=Later,
        why="credential",
        key="token_expired",
    ),
    SendCase(
        name="the minutes to wait in the usage header",
        answer=Reply(
            400,
            {"x-business-use-case-usage": '{"2002001":[{"type":"w","estimated_time_to_regain_access":3}]}'},
            error_answer(80007, 400).body,
        ),
        outcome=Later,
        why="throttled",
        after_s=180,
    ),
    SendCase(
        name="error_data as a string",
        answer=reply({"error": {"code": 131009, "error_data": "no such parameter"}}, 400),
        outcome=Refused,
        key="parameter_invalid",
    ),
)

SUBJECT = Subject(
    provider=get("meta"),
    platform=PLATFORM,
    number=Number(
        credential_id=1,
        phone_number_id="3003001",
        waba_id="2002001",
        phone_number="14155550100",
        secrets={"access_token": "EAADEMOTOKEN"},
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
    sends_to="POST 3003001/messages",
    accepted=("wamid.OUT1", "551187654321"),
    connected=("3003001", "2002001"),
    signs_in_by="GET oauth/access_token",
    hidden=("EAAGNEW", "demo_app_secret"),
    leaving=(("deregistered", "done"), ("unsubscribed", "done")),
    kept=(("unsubscribed", "skipped"),),
)
