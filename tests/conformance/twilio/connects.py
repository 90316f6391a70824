"""Onboarding at Twilio: its three ways; answers when all is well, and what may go wrong (reference §2, §11, §12)."""

from typing import Any

from msgspec.structs import replace

from safarichat.providers.shapes import (
    Answer,
    Connected,
    ConnectFailed,
    NeedsChoice,
    NeedsCode,
    NeedsNumber,
    Reply,
    Signup,
)
from tests.conformance.subject import CUT, GONE, ConnectCase, Routes, reply

PARENT, CHILD, OWN = f"AC{'0' * 32}", f"AC{'c' * 32}", f"AC{'a' * 32}"
PARENT_TOKEN, CHILD_TOKEN, OWN_TOKEN = "parent-token-1", "child-token-1", "own-token-1"
SENDER, OTHER_SENDER = f"XE{'1' * 32}", f"XE{'2' * 32}"
TENANT, HOOK_URL = "sc-tenant-42", "https://app.test/webhooks/twilio/0123abcd"
NAME = f"SafariChat {TENANT} 2002001"
HOOK = {
    "callback_url": f"{HOOK_URL}#rc=5&rp=all&tt=15000",
    "callback_method": "POST",
    "status_callback_url": f"{HOOK_URL}#rc=5&rp=all&tt=15000",
    "status_callback_method": "POST",
}
ONLINE: dict[str, Any] = {
    "sid": SENDER,
    "status": "ONLINE",
    "sender_id": "whatsapp:+5511900000000",
    "configuration": {"waba_id": "2002001", "verification_method": None},
    "webhook": HOOK,
    "profile": {"name": "Padaria Aurora", "about": "Pães", "vertical": "Restaurant"},
    "properties": {"quality_rating": "HIGH", "messaging_limit": "10K Customers/24hr"},
    "offline_reasons": None,
}
OTHER = {**ONLINE, "sid": OTHER_SENDER, "sender_id": "whatsapp:+5511900000001"}
UNSET = {**ONLINE, "webhook": {"callback_url": "", "status_callback_url": ""}}
OFFLINE = {**ONLINE, "status": "OFFLINE", "offline_reasons": [{"code": "63020", "message": "Invitation not accepted"}]}


def account(sid: str = OWN, status: str = "active", kind: str = "Full", token: str = OWN_TOKEN) -> dict[str, Any]:
    return {"sid": sid, "friendly_name": "Padaria", "status": status, "type": kind, "auth_token": token}


def refusal(code: int, status: int = 400, message: str = "Their words.") -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return reply({"code": code, "message": message, "more_info": more, "status": status}, status)


def listed(*senders: dict[str, Any]) -> Reply:
    return reply({"senders": list(senders), "meta": {"page": 0, "next_page_url": None, "key": "senders"}})


def accounts(*told: dict[str, Any]) -> Reply:
    return reply({"accounts": list(told), "page": 0, "next_page_uri": None})


BASE = "2010-04-01/Accounts"
ACCOUNT, CHILDREN, MAKE_CHILD = f"GET {BASE}/{OWN}.json", f"GET {BASE}.json", f"POST {BASE}.json"
MESSAGES, SEND = f"GET {BASE}/{OWN}/Messages.json", f"POST {BASE}/{OWN}/Messages.json"
SENDERS, MAKE_SENDER = "GET Channels/Senders", "POST Channels/Senders"
READ, CHANGE, REMOVE = (f"{method} Channels/Senders/{SENDER}" for method in ("GET", "POST", "DELETE"))
EXCHANGE, NUMBERS, DEBUG = "GET oauth/access_token", "GET 2002001/phone_numbers", "GET debug_token"
OF_META = {"id": "3003001", "display_phone_number": "+55 11 90000-0000", "verified_name": "Padaria Aurora"}
OTHER_OF_META = {**OF_META, "id": "3003002", "display_phone_number": "+55 11 90000-0001"}

HAPPY: Routes = {
    ACCOUNT: [reply(account())],
    f"GET {BASE}/{PARENT}.json": [reply(account(PARENT, token=PARENT_TOKEN))],
    CHILDREN: [accounts()],
    MAKE_CHILD: [reply(account(CHILD, token=CHILD_TOKEN), 201)],
    MESSAGES: [reply({"messages": []})],
    SENDERS: [listed(ONLINE)],
    MAKE_SENDER: [reply({**UNSET, "status": "CREATING"}, 202)],
    READ: [reply(ONLINE)],
    CHANGE: [reply({"sid": SENDER, "webhook": HOOK}, 202)],
    REMOVE: [Reply(204, {}, b"")],
    "GET Services": [reply({"services": [], "meta": {"key": "services", "next_page_url": None}})],
    EXCHANGE: [reply({"access_token": "EAAcustomer", "token_type": "bearer"})],
    NUMBERS: [reply({"data": [OF_META]})],
    DEBUG: [reply({"data": {"granular_scopes": [{"scope": "any", "target_ids": ["2002001"]}]}})],
    SEND: [reply({"sid": f"SM{'5' * 32}", "status": "queued", "to": "whatsapp:+5511987654321"}, 201)],
}  # fmt: skip

TYPED = Signup(
    mode="keys", event="FORM", data={"TWILIO_ACCOUNT_SID": OWN}, secrets={"TWILIO_AUTH_TOKEN": OWN_TOKEN}
)  # fmt: skip
WITH_KEY = replace(
    TYPED,
    data={"TWILIO_ACCOUNT_SID": OWN, "TWILIO_API_KEY_SID": f"SK{'b' * 32}"},
    secrets={"TWILIO_AUTH_TOKEN": OWN_TOKEN, "TWILIO_API_KEY_SECRET": "key-secret-1"},
)
NAMED = replace(TYPED, data={"TWILIO_ACCOUNT_SID": OWN, "sender": "+55 11 90000-0000"})
OPERATOR = Signup(mode="operator", event="FORM")
WINDOW = Signup(code="AQB", event="FINISH", data={"waba_id": "2002001", "phone_number_id": "3003001"})
AT_META = ("signed_in", "exchanged", "inspected", "number_chosen")
AT_OWN = (*AT_META, "verified", "subscribed", "registered", "profile_read")
AT_SIGNUP = (*AT_META, "verified", "registered", "subscribed", "profile_read")
NOT_KNOWN = refusal(20003, 401, "Authenticate")
NEW: Routes = {SENDERS: [listed()]}


def stops(
    name: str, step: str, key: str, route: str, answer: Answer, signup: Signup = TYPED, **more: Any
) -> ConnectCase:
    return ConnectCase(
        name=name, signup=signup, routes={route: [answer]}, outcome=ConnectFailed, step=step, key=key, **more
    )


def stands(status: str, outcome: type, key: str, **more: Any) -> ConnectCase:
    """What Meta's window shared is a sender in this state."""
    routes: Routes = {**NEW, READ: [reply({**ONLINE, "status": status})]}
    step = "registered" if outcome is ConnectFailed else ""
    return ConnectCase(
        name=f"window, {status}", signup=WINDOW, routes=routes, outcome=outcome, key=key, step=step, **more
    )


CONNECTS = (
    # --- an account of one's own ---
    ConnectCase(name="own, straight through", signup=TYPED, outcome=Connected, steps=AT_OWN,
                calls=(ACCOUNT, SENDERS, READ), without=frozenset({"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"}),
                facts={"channel_id": SENDER, "holder": OWN, "quality_rating": "GREEN", "messaging_limit": "TIER_10K",
                       "hook_url": HOOK_URL, "verified_name": "Padaria Aurora", "phone_number": "5511900000000",
                       "profile": {"about": "Pães", "vertical": "RESTAURANT"}}),
    ConnectCase(name="own, the webhook is set and read back", signup=TYPED, outcome=Connected, steps=AT_OWN,
                routes={READ: [reply(UNSET), reply(ONLINE)]}, calls=(ACCOUNT, SENDERS, READ, CHANGE, READ)),
    ConnectCase(name="own, in Twilio's other spelling", signup=TYPED, outcome=Connected, routes={
        SENDERS: [listed({"sid": SENDER, "status": "ONLINE", "senderId": "whatsapp:+5511900000000",
                          "configuration": {"wabaId": "2002001"}})]}),
    ConnectCase(name="own, with an API key", signup=WITH_KEY, outcome=Connected, steps=AT_OWN,
                calls=(ACCOUNT, MESSAGES, SENDERS, READ)),
    ConnectCase(name="own, two senders", signup=TYPED, outcome=NeedsChoice, routes={SENDERS: [listed(ONLINE, OTHER)]}),
    ConnectCase(name="own, two senders, one named", signup=NAMED, outcome=Connected,
                routes={SENDERS: [listed(OTHER, ONLINE)]}),
    ConnectCase(name="own, two senders, one picked", outcome=Connected,
                signup=replace(TYPED, choice="1005511900000000"), routes={SENDERS: [listed(OTHER, ONLINE)]}),
    ConnectCase(name="own, two senders, the number of before", signup=replace(TYPED, phone_number="5511900000000"),
                outcome=Connected, routes={SENDERS: [listed(OTHER, ONLINE)]}),
    ConnectCase(name="own, two senders, one ready", signup=TYPED, outcome=Connected,
                routes={SENDERS: [listed({**OTHER, "status": "DRAFT"}, {**ONLINE, "status": "ONLINE:UPDATING"})]}),
    ConnectCase(name="own, a trial", signup=TYPED, outcome=Connected, routes={ACCOUNT: [reply(account(kind="Trial"))]},
                facts={"account_mode": "Trial"}),
    ConnectCase(name="own, no sender", signup=TYPED, outcome=NeedsNumber, key="no_number", routes=NEW),
    ConnectCase(name="own, its sender offline", signup=TYPED, outcome=NeedsNumber, key="sender_offline",
                routes={SENDERS: [listed(OFFLINE)]}),
    ConnectCase(name="own, its sender in review", signup=TYPED, outcome=NeedsNumber, key="sender_in_review",
                routes={SENDERS: [listed({**ONLINE, "status": "TWILIO_REVIEW"})]}),
    stops("own, no such sender", "number_chosen", "number_unknown", SENDERS, listed(OTHER), NAMED, may_resume=False),
    ConnectCase(name="own, no token", signup=replace(TYPED, secrets={}), outcome=ConnectFailed, step="exchanged",
                key="token_wrong", calls=()),
    stops("own, token not known", "exchanged", "token_wrong", ACCOUNT, NOT_KNOWN, may_resume=False),
    stops("own, account suspended", "inspected", "account_suspended", ACCOUNT, reply(account(status="suspended")),
          may_resume=False),
    stops("own, account closed", "inspected", "account_closed", ACCOUNT, reply(account(status="closed"))),
    stops("own, key not known", "exchanged", "api_key_refused", MESSAGES, NOT_KNOWN, WITH_KEY, may_resume=False),
    stops("own, Twilio away", "exchanged", "unreachable", ACCOUNT, GONE, may_resume=True),
    stops("own, Twilio busy", "exchanged", "rate_limit", ACCOUNT, refusal(20429, 429), may_resume=True),
    stops("own, the list cut off", "number_chosen", "answer_lost", SENDERS, CUT, may_resume=True),
    stops("own, the webhook refused", "subscribed", "parameter_invalid", READ, refusal(20001), may_resume=False),
    ConnectCase(name="own, the webhook goes on elsewhere", signup=TYPED, outcome=Connected,
                routes={READ: [reply({**ONLINE, "webhook": {**HOOK, "callback_url": "https://other.test/in"}})]}),
    # --- the installation's own number ---
    ConnectCase(name="operator, straight through", signup=OPERATOR, outcome=Connected, steps=AT_OWN,
                routes={SENDERS: [listed(OTHER, ONLINE)]}, facts={"holder": PARENT}),
    ConnectCase(name="operator, no number set", signup=OPERATOR, outcome=ConnectFailed, step="started",
                key="settings_missing", calls=(), without=frozenset({"TWILIO_WHATSAPP_PHONE_NUMBER"})),
    stops("operator, no such sender", "number_chosen", "number_unknown", SENDERS, listed(OTHER), OPERATOR),
    # --- by Meta's window, in a subaccount ---
    ConnectCase(name="window, straight through", signup=WINDOW, outcome=Connected, steps=AT_SIGNUP,
                routes=NEW, facts={"client_id": CHILD, "holder": CHILD, "channel_id": SENDER},
                calls=(EXCHANGE, NUMBERS, CHILDREN, MAKE_CHILD, SENDERS, MAKE_SENDER, READ, READ)),
    ConnectCase(name="window, the subaccount is there", signup=WINDOW, outcome=Connected,
                routes={**NEW, CHILDREN: [accounts({**account(CHILD, token=CHILD_TOKEN), "friendly_name": NAME})]},
                calls=(EXCHANGE, NUMBERS, CHILDREN, SENDERS, MAKE_SENDER, READ, READ)),
    ConnectCase(name="window, the subaccount is listed without its token", signup=WINDOW, outcome=Connected,
                routes={**NEW, CHILDREN: [accounts({"sid": CHILD, "friendly_name": NAME, "status": "active"})],
                        f"GET {BASE}/{CHILD}.json": [reply(account(CHILD, token=CHILD_TOKEN))]}),
    ConnectCase(name="window, an account of that name is closed", signup=WINDOW, outcome=Connected, routes={
        **NEW, CHILDREN: [accounts({**account(OWN, "closed"), "friendly_name": NAME})]}, facts={"client_id": CHILD}),
    ConnectCase(name="window, the sender is there", signup=WINDOW, outcome=Connected,
                calls=(EXCHANGE, NUMBERS, CHILDREN, MAKE_CHILD, SENDERS, READ, READ)),
    ConnectCase(name="window, its message got lost", signup=replace(WINDOW, event="", data={}), outcome=Connected,
                calls=(EXCHANGE, DEBUG, NUMBERS, CHILDREN, MAKE_CHILD, SENDERS, READ, READ)),
    ConnectCase(name="window, two numbers", signup=replace(WINDOW, data={"waba_id": "2002001"}), outcome=NeedsChoice,
                routes={NUMBERS: [reply({"data": [OF_META, OTHER_OF_META]})]}),
    ConnectCase(name="window, two numbers, one told", signup=WINDOW, outcome=Connected,
                routes={**NEW, NUMBERS: [reply({"data": [OTHER_OF_META, OF_META]})]}),
    ConnectCase(name="window, no number", signup=replace(WINDOW, event="FINISH_ONLY_WABA"), outcome=NeedsNumber,
                key="no_number", routes={NUMBERS: [reply({"data": []})]}),
    ConnectCase(name="window, the first try at the code lost", signup=WINDOW, outcome=Connected,
                routes={**NEW, EXCHANGE: [CUT, reply({"access_token": "EAAcustomer"})]}),
    ConnectCase(name="window, cancelled", signup=Signup(event="CANCEL"), outcome=ConnectFailed, step="signed_in",
                key="cancelled", calls=()),
    ConnectCase(name="window, nothing came back", signup=Signup(), outcome=ConnectFailed, step="exchanged",
                key="code_missing", calls=()),
    ConnectCase(name="window, no solution set", signup=WINDOW, outcome=ConnectFailed, step="started",
                key="settings_missing", calls=(), without=frozenset({"TWILIO_SOLUTION_ID"})),
    stops("window, code used up", "exchanged", "code_expired", EXCHANGE, reply(
        {"error": {"code": 100, "error_subcode": 36007, "message": "expired"}}, 400), WINDOW),
    stops("window, no token", "exchanged", "token_missing", EXCHANGE, reply({}), WINDOW),
    stops("window, somebody else's account", "inspected", "object_unreachable", NUMBERS, reply(
        {"error": {"code": 100, "error_subcode": 33, "message": "Unsupported get request"}}, 400), WINDOW),
    stops("window, the parent's token is old", "registered", "token_invalid", CHILDREN, NOT_KNOWN, WINDOW),
    stops("window, the parent away", "registered", "unreachable", CHILDREN, GONE, WINDOW, may_resume=True),
    stops("window, subaccount cut off", "registered", "answer_lost", MAKE_CHILD, CUT, WINDOW, may_resume=True),
    stops("window, subaccount suspended", "registered", "subaccount_suspended", CHILDREN, accounts(
        {**account(CHILD, "suspended"), "friendly_name": NAME}), WINDOW, may_resume=False),
    ConnectCase(name="window, not shared with Twilio", signup=WINDOW, outcome=ConnectFailed, step="registered",
                key="account_not_shared", routes={**NEW, MAKE_SENDER: [refusal(63101)]}, may_resume=False),
    ConnectCase(name="window, the name declined", signup=WINDOW, outcome=ConnectFailed, step="registered",
                key="name_refused", routes={**NEW, MAKE_SENDER: [refusal(63124)]}, may_resume=False),
    ConnectCase(name="window, the sender cut off", signup=WINDOW, outcome=ConnectFailed, step="registered",
                key="answer_lost", routes={**NEW, MAKE_SENDER: [CUT]}, may_resume=True),
    *(stands(status, ConnectFailed, "sender_being_made", may_resume=True)
      for status in ("CREATING", "VERIFYING", "STUBBED")),
    stands("TWILIO_REVIEW", ConnectFailed, "sender_in_review", may_resume=True),
    stands("PENDING_VERIFICATION", NeedsCode, "sender_not_verified"),
    stands("DRAFT", NeedsNumber, "sender_not_online"),
    stands("SOMETHING_NEW", NeedsNumber, "sender_not_online"),
    ConnectCase(name="window, offline", signup=WINDOW, outcome=NeedsNumber, key="sender_offline",
                routes={**NEW, READ: [reply(OFFLINE)]}),
    ConnectCase(name="window, a wrong code", signup=replace(WINDOW, data={**WINDOW.data, "code": "000000"}),
                outcome=NeedsCode, key="code_wrong", routes={
                    **NEW, READ: [reply({**ONLINE, "status": "PENDING_VERIFICATION"})], CHANGE: [refusal(63100)]}),
)  # fmt: skip
