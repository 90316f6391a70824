"""Twilio: answers as the reference prints them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from safarichat.providers import get
from safarichat.providers.shapes import Accepted, Call, Hook, Later, Number, Outgoing, Platform, Refused, Reply, Unknown
from tests.conformance.subject import CUT, GONE, HookCase, SendCase, Subject, reply
from tests.conformance.twilio.connects import (
    CHILD_TOKEN,
    CONNECTS,
    EXCHANGE,
    HAPPY,
    HOOK_URL,
    OWN,
    OWN_TOKEN,
    PARENT,
    PARENT_TOKEN,
    SEND,
    SENDER,
    TENANT,
    refusal,
)

HERE = Path(__file__).parent
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
SETTINGS = {
    "TWILIO_ACCOUNT_SID": PARENT,
    "TWILIO_AUTH_TOKEN": PARENT_TOKEN,
    "TWILIO_SOLUTION_ID": "1234567890",
    "TWILIO_WHATSAPP_PHONE_NUMBER": "+5511900000000",
    "META_APP_ID": "111222333",
    "META_APP_SECRET": "app_secret_1",
    "META_CONFIG_ID": "9988776655",
}
PLATFORM = Platform(settings=SETTINGS, operators=SETTINGS, hook_url=HOOK_URL, tenant=TENANT)
OF_NUMBER = Platform(
    settings={**SETTINGS, "TWILIO_ACCOUNT_SID": OWN, "TWILIO_AUTH_TOKEN": OWN_TOKEN},
    operators=SETTINGS,
    hook_url=HOOK_URL,
)


def message_of(call: Call) -> Mapping[str, Any]:
    assert isinstance(call.form, list)
    return dict(call.form)


def hook_of(case: Mapping[str, Any]) -> Hook:
    """A case gives the form; `opaque` is our own id in the address of a status."""
    usual = {"AccountSid": OWN, "ApiVersion": "2010-04-01"}
    body = urlencode({**usual, **case["form"]}).encode()
    query = {"m": case["opaque"]} if "opaque" in case else {}
    return Hook(method="POST", headers={"content-type": FORM}, query=query, body=body)


# --- signatures: the reference's vectors (§8) ------------------------------------------------------------------------

CALLED = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
WROTE = {
    "AccountSid": f"AC{'a' * 32}",
    "ApiVersion": "2010-04-01",
    "Body": "Olá ☕ 1+1=2",
    "Forwarded": "",
    "From": "whatsapp:+5511987654321",
    "MessageSid": f"SM{'1' * 32}",
    "MessageType": "text",
    "NumMedia": "0",
    "NumSegments": "1",
    "ProfileName": "João & Co",
    "SmsMessageSid": f"SM{'1' * 32}",
    "SmsSid": f"SM{'1' * 32}",
    "SmsStatus": "received",
    "To": "whatsapp:+14155238886",
    "WaId": "5511987654321",
}
STATUS = {
    "AccountSid": f"AC{'a' * 32}",
    "ChannelPrefix": "whatsapp",
    "ErrorCode": "63016",
    "EventType": "UNDELIVERED",
    "From": "whatsapp:+14155238886",
    "MessageSid": f"MM{'2' * 32}",
    "MessageStatus": "failed",
    "To": "whatsapp:+5511987654321",
}
SHORT, LONG = "12345", "sim0123456789abcdef0123456789abcd"
PHP = "//mycompany.com/myapp.php?foo=1&bar=2"
JSON_BODY = b'{"property": "value", "boolean": true}'
DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


def signed(
    name: str, url: str, values: Mapping[str, Any] | bytes, signature: str, token: str = SHORT, secret: str = ""
) -> HookCase:
    is_form = isinstance(values, Mapping)
    return HookCase(
        name=name,
        body=values if isinstance(values, bytes) else urlencode(values, doseq=True).encode(),
        headers={"content-type": FORM if is_form else "application/json", "x-twilio-signature": signature},
        secrets={secret or "TWILIO_AUTH_TOKEN": token},
        url=url,
        query=dict(parse_qsl(urlsplit(url).query)),
    )


HOOKS = (
    signed("as the libraries try it", f"https:{PHP}", CALLED, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    signed("by the token to come", f"https:{PHP}", CALLED, "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
           secret="TWILIO_AUTH_TOKEN_SECONDARY"),
    signed("with a port, signed without", f"https:{PHP}".replace(".com/", ".com:1234/"), CALLED,
           "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    signed("with a port, signed with it", f"http:{PHP}".replace(".com/", ".com:1234/"), CALLED,
           "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    signed("without a port, signed with https's", f"https:{PHP}", CALLED, "kvajT1Ptam85bY51eRf/AJRuM3w="),
    signed("without a port, signed with http's", f"http:{PHP}", CALLED, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    signed("JSON, by its digest", f"https:{PHP}&bodySHA256={DIGEST}", JSON_BODY, "a9nBmqA0ju/hNViExpshrM61xv4="),
    signed("a name that comes three times", f"https:{PHP}",
           {"Sid": "CA123", "SidAccount": "AC123", "Digits": ["5678", "1234", "1234"]}, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    signed("a message, with an empty value", "https://hooks.example.test/tw/in?tenant=42", WROTE,
           "I8haGNTJ6oVcpIkGGrh3sx79XtI=", LONG),
    signed("a status", "https://hooks.example.test/tw/status", STATUS, "v+Oe9A7M0cYFf/hLtc8AupSfOEg=", LONG),
)  # fmt: skip

# --- sending ---------------------------------------------------------------------------------------------------------

SID = f"SM{'5' * 32}"
TAKEN = {"sid": SID, "status": "queued", "to": "whatsapp:+5511987654321", "error_code": None}
NEWER = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Their words.", "code": 20429}
SENDS = (
    SendCase(name="taken", answer=reply(TAKEN, 201), outcome=Accepted),
    SendCase(name="taken, to be told later", answer=reply({**TAKEN, "status": "accepted"}, 201), outcome=Accepted),
    SendCase(name="201 without an id", answer=reply({}, 201), outcome=Unknown, key="answer_not_understood"),
    SendCase(name="never left", answer=GONE, outcome=Later, why="transient", key="unreachable"),
    SendCase(name="answer lost", answer=CUT, outcome=Unknown, key="answer_lost"),
    SendCase(name="bare 500", answer=Reply(500, {}, b"oops"), outcome=Unknown),
    SendCase(name="bare 502", answer=Reply(502, {}, b"<html>"), outcome=Unknown),
    SendCase(name="bare 503", answer=Reply(503, {}, b""), outcome=Later, why="transient"),
    SendCase(name="bare 429", answer=Reply(429, {"retry-after": "7"}, b""), outcome=Later, why="throttled", after_s=7),
    SendCase(name="in the newer shape", answer=reply(NEWER, 429), outcome=Later, key="rate_limit", why="throttled"),
    SendCase(name="unheard-of code", answer=refusal(999999), outcome=Refused, key="unknown_code"),
    SendCase(name="unheard-of code with 500", answer=refusal(999999, 500), outcome=Unknown),
    SendCase(name="a known code with 429", answer=refusal(21211, 429), outcome=Later, why="throttled"),
    SendCase(name="token refused", answer=refusal(20003, 401), outcome=Later, why="credential", key="token_invalid"),
    SendCase(name="a code that is a word", answer=reply({"code": "no", "status": 400}, 400), outcome=Refused),
)  # fmt: skip

SUBJECT = Subject(
    provider=get("twilio"),
    platform=PLATFORM,
    of_number=OF_NUMBER,
    number=Number(
        credential_id=1,
        phone_number_id="1005511900000000",
        waba_id="2002001",
        phone_number="5511900000000",
        facts={"channel_id": SENDER},
        secrets={"TWILIO_AUTH_TOKEN": OWN_TOKEN},
    ),
    happy=HAPPY,
    connects=CONNECTS,
    sends=SENDS,
    hooks=HOOKS,
    errors=HERE / "errors.txt",
    events=HERE / "events.jsonl",
    error_answer=refusal,
    hook_of=hook_of,
    message_of=message_of,
    outgoing=Outgoing(opaque="m-1", to="5511987654321", body={"type": "text", "text": {"body": "hi"}}),
    sends_to=SEND,
    accepted=(SID, "5511987654321"),
    connected=("1005511900000000", "2002001"),
    signs_in_by=EXCHANGE,
    hidden=(PARENT_TOKEN, CHILD_TOKEN, OWN_TOKEN, "app_secret_1", "EAAcustomer", "key-secret-1"),
    leaving=(("webhook_cleared", "done"), ("deregistered", "skipped")),
    kept=(("webhook_cleared", "done"),),
    keeps_messages=False,
)
