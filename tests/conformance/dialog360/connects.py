"""Onboarding at 360dialog: its three ways; answers when all is well, and what may go wrong (reference §2–§5)."""

from typing import Any

from msgspec.structs import replace

from safarichat.providers.shapes import Answer, Connected, ConnectFailed, NeedsChoice, Reply, Signup
from tests.conformance.subject import CUT, GONE, ConnectCase, Routes, reply

TENANT = "sc-tenant-42"
HUB = "api/v2/partners/abcdePA"
CHANNEL: dict[str, Any] = {
    "id": "Xy34ZzCH",
    "client_id": "Ab12CdCL",
    "status": "running",
    "account_mode": "live",
    "current_limit": "TIER_1K",
    "current_quality_rating": "GREEN",
    "setup_info": {"phone_number": "5511900000000", "phone_name": "Padaria Aurora"},
    "waba_account": {"id": "Mn78KkWA", "external_id": "2002001", "fb_business_id": "4004000"},
    "client": {"id": "Ab12CdCL", "partner_payload": TENANT},
}
OTHER = {**CHANNEL, "id": "Qr56WwCH", "setup_info": {"phone_number": "5511900000001", "phone_name": "Padaria Sol"}}
HEALTH = {
    "id": "3003001",
    "display_phone_number": "+55 11 90000-0000",
    "verified_name": "Padaria Aurora",
    "name_status": "APPROVED",
    "quality_rating": "GREEN",
    "health_status": {
        "can_send_message": "AVAILABLE",
        "entities": [
            {"entity_type": "PHONE_NUMBER", "id": "3003001", "can_send_message": "AVAILABLE"},
            {"entity_type": "WABA", "id": "2002001", "can_send_message": "AVAILABLE"},
        ],
    },
}
HOOK_URL = "https://app.test/webhooks/360dialog/0123abcd"
PARTNER_HOOK_URL = "https://app.test/webhooks/360dialog-partner/4567"
CHANNELS, KEYS = f"GET {HUB}/channels", f"channels/{CHANNEL['id']}/api_keys"
MAKE_KEY = f"POST {HUB}/{KEYS}"
NUMBER, HOOK, PROFILE = "GET health_status", "POST configs/webhook", "GET whatsapp_business_profile"
MAKE_CLIENT, SHARE = f"POST {HUB}/account_sharing/clients", f"POST {HUB}/account_sharing/numbers"


def listed(*channels: dict[str, Any]) -> Reply:
    page = {"count": len(channels), "filters": {}, "limit": 50, "offset": 0, "sort": ["id"], "total": len(channels)}
    return reply({**page, "partner_channels": list(channels)})


def gateway(status: int, message: str, *, camel: bool = False) -> Reply:
    names = ("httpCode", "developerMessage") if camel else ("http_code", "developer_message")
    return reply({"meta": {"success": False, names[0]: status, names[1]: message}}, status)


HAPPY: Routes = {
    CHANNELS: [listed(CHANNEL)],
    MAKE_KEY: [reply({"id": "k_01", "address": "https://waba-v2.360dialog.io", "api_key": "NEWKEY0001AK"}, 201)],
    MAKE_CLIENT: [reply({"client_id": "Ab12CdCL"})],
    SHARE: [reply({}, 201)],
    NUMBER: [reply(HEALTH)],
    HOOK: [reply({"url": HOOK_URL, "headers": {}})],
    PROFILE: [reply({"data": [{"about": "Pão", "messaging_product": "whatsapp"}]})],
    "GET configs/webhook": [reply({"url": HOOK_URL, "headers": {}})],
    "GET waba_webhook": [reply({"url": "", "headers": {}})],
    f"GET {HUB}/channels/Xy34ZzCH": [reply(CHANNEL)],
    f"GET {HUB}/{KEYS}": [reply({"api_keys": [{"id": "k_01"}]})],
    f"DELETE {HUB}/{KEYS}": [reply({"meta": {"success": True}})],
    f"POST {HUB}/webhook_url": [reply({"webhook_url": PARTNER_HOOK_URL})],
    f"GET {HUB}/webhook_url": [reply({"webhook_url": PARTNER_HOOK_URL})],
    "POST messages": [reply({"messages": [{"id": "wamid.OUT1"}]})],
}

BACK = Signup(event="RETURN", data={"client": "Ab12CdCL", "channels": ["Xy34ZzCH"], "revoked": []})
BOTH = replace(BACK, data={"client": "Ab12CdCL", "channels": ["Xy34ZzCH", "Qr56WwCH"]})
SHARED = Signup(
    mode="hosted",
    code="AQB",
    event="FINISH",
    data={"waba_id": "2002001", "phone_number_id": "3003001", "business_id": "4004000"},
    contact={"name": "Ana", "email": "ana@example.test"},
)
PASTED = Signup(mode="keys", event="FORM", secrets={"access_token": "PASTEDKEY0001AK"})
AT_HUB = ("signed_in", "inspected", "exchanged")
AT_NUMBER = ("number_chosen", "verified", "subscribed", "registered", "profile_read")
NO_LEAVE = gateway(403, "Permission denied for partner abcdePA")
NO_KEY = gateway(401, "Invalid api_key or token expired")


def stops(
    name: str, step: str, key: str, route: str, answer: Answer, signup: Signup = BACK, **more: Any
) -> ConnectCase:
    return ConnectCase(
        name=name, signup=signup, routes={route: [answer]}, outcome=ConnectFailed, step=step, key=key, **more
    )


def channels(*told: dict[str, Any]) -> Routes:
    return {CHANNELS: [listed(*told)]}


CONNECTS = (
    # --- by the button ---
    ConnectCase(name="button, straight through", signup=BACK, outcome=Connected, steps=AT_HUB + AT_NUMBER,
                facts={"channel_id": "Xy34ZzCH", "client_id": "Ab12CdCL", "waba_account_id": "Mn78KkWA",
                       "phone_number": "5511900000000", "messaging_limit": "TIER_1K", "hook_url": HOOK_URL},
                calls=(CHANNELS, MAKE_KEY, NUMBER, HOOK, PROFILE)),
    ConnectCase(name="two channels", signup=BOTH, outcome=NeedsChoice, routes=channels(CHANNEL, OTHER)),
    ConnectCase(name="two channels, one told", signup=BACK, outcome=Connected, routes=channels(OTHER, CHANNEL)),
    ConnectCase(name="two channels, one picked", signup=replace(BOTH, choice="Xy34ZzCH"), outcome=Connected,
                routes=channels(OTHER, CHANNEL)),
    ConnectCase(name="two channels, the number of before", signup=replace(BOTH, phone_number="5511900000000"),
                outcome=Connected, routes=channels(OTHER, CHANNEL)),
    ConnectCase(name="a key with its own address", signup=BACK, outcome=Connected,
                facts={"api_address": "https://waba-9.360dialog.io"}, routes={
                    MAKE_KEY: [reply({"address": "https://waba-9.360dialog.io", "api_key": "NEWKEY0001AK"}, 201)]}),
    ConnectCase(name="page closed", signup=Signup(event="CANCEL"), outcome=ConnectFailed, step="signed_in",
                key="cancelled", calls=()),
    ConnectCase(name="nothing chosen", signup=Signup(event="RETURN", data={"client": "Ab12CdCL"}), calls=(),
                outcome=ConnectFailed, step="signed_in", key="no_number"),
    ConnectCase(name="nothing came back", signup=Signup(), outcome=ConnectFailed, step="signed_in", key="no_number"),
    ConnectCase(name="no partner key set", signup=BACK, outcome=ConnectFailed, step="started", key="settings_missing",
                calls=(), without=frozenset({"D360_PARTNER_API_KEY"})),
    # --- what the browser brought is believed by nobody ---
    stops("a channel of another client", "inspected", "channel_not_ours", CHANNELS,
          listed({**CHANNEL, "client_id": "Zz99ZzCL"})),
    stops("a client of another tenant", "inspected", "channel_not_ours", CHANNELS,
          listed({**CHANNEL, "client": {"id": "Ab12CdCL", "partner_payload": "sc-somebody-else"}})),
    stops("a client of nobody here", "inspected", "channel_not_ours", CHANNELS, listed({**CHANNEL, "client": None})),
    stops("a channel that does not exist", "inspected", "channel_not_ours", CHANNELS, listed()),
    stops("the channel named is not in the list", "inspected", "channel_not_ours", CHANNELS, listed(OTHER)),
    # --- not yet, or no more ---
    *(stops(f"channel {status}", "inspected", "channel_not_live", CHANNELS, listed({**CHANNEL, "status": status}),
            may_resume=True) for status in ("created", "unverified", "ready", "consents_signed", "something_new")),
    stops("channel cancelled", "inspected", "channel_cancelled", CHANNELS, listed({**CHANNEL, "status": "cancelled"}),
          may_resume=False),
    stops("permission missing", "exchanged", "permission_missing", MAKE_KEY, NO_LEAVE, may_resume=True),
    stops("too early for a key", "exchanged", "channel_not_live", MAKE_KEY, gateway(400, "Channel is not running yet"),
          may_resume=True),
    stops("hub busy", "inspected", "provider_busy", CHANNELS, gateway(429, "Too many requests"), may_resume=True),
    stops("hub away", "inspected", "unreachable", CHANNELS, GONE, may_resume=True),
    stops("partner key refused", "inspected", "partner_key_refused", CHANNELS, NO_KEY, may_resume=False),
    stops("key cut off", "exchanged", "answer_lost", MAKE_KEY, CUT, may_resume=True),
    stops("number not told", "number_chosen", "number_unknown", NUMBER, reply({"health_status": {}}), may_resume=True),
    stops("number's host away", "number_chosen", "provider_down", NUMBER, gateway(502, "WhatsApp API not available"),
          may_resume=True),
    stops("switched off", "number_chosen", "account_disabled", NUMBER, gateway(400, "This account is disabled"),
          may_resume=False),
    stops("webhook slowed down", "subscribed", "provider_busy", HOOK,
          gateway(400, "limit of 1 request every 10 seconds", camel=True), may_resume=True),
    stops("webhook refused", "subscribed", "gateway_refused", HOOK, gateway(400, "Invalid url"), may_resume=False),
    ConnectCase(name="a profile that can't be read is no reason to stop", signup=BACK, outcome=Connected,
                routes={PROFILE: [gateway(500, "Internal error")]}),
    # --- by Meta's window, for partners with a solution of their own ---
    ConnectCase(name="hosted, straight through", signup=SHARED, outcome=Connected, steps=AT_HUB + AT_NUMBER,
                calls=(MAKE_CLIENT, SHARE, CHANNELS, MAKE_KEY, NUMBER, HOOK, PROFILE)),
    ConnectCase(name="hosted, a client by its other name", signup=SHARED, outcome=Connected,
                routes={MAKE_CLIENT: [reply({"id": "Ab12CdCL"}, 201)]}),
    ConnectCase(name="hosted, cancelled", signup=Signup(mode="hosted", event="CANCEL"), outcome=ConnectFailed,
                step="signed_in", key="cancelled", calls=()),
    ConnectCase(name="hosted, window message lost", signup=Signup(mode="hosted", code="AQB"), outcome=ConnectFailed,
                step="signed_in", key="no_number", calls=()),
    ConnectCase(name="hosted, no solution set", signup=SHARED, outcome=ConnectFailed, step="started",
                key="settings_missing", calls=(), without=frozenset({"360DIALOG_SOLUTION_ID"})),
    stops("hosted, no channel yet", "inspected", "channel_not_live", CHANNELS, listed(), SHARED, may_resume=True),
    stops("hosted, not shared with our solution", "inspected", "permission_missing", SHARE,
          gateway(403, "The WABA is not shared with this partner"), SHARED, may_resume=False),
    stops("hosted, client refused", "inspected", "gateway_refused", MAKE_CLIENT, gateway(400, "email is required"),
          SHARED),
    stops("hosted, sharing cut off", "inspected", "answer_lost", SHARE, CUT, SHARED, may_resume=True),
    # --- by a pasted key ---
    ConnectCase(name="key, straight through", signup=PASTED, outcome=Connected, steps=("exchanged", *AT_NUMBER),
                calls=(NUMBER, HOOK, PROFILE), without=frozenset({"360DIALOG_PARTNER_ID", "D360_PARTNER_API_KEY"})),
    ConnectCase(name="no key", signup=Signup(mode="keys", event="FORM"), outcome=ConnectFailed, step="exchanged",
                key="key_replaced", calls=()),
    stops("key not known", "number_chosen", "key_wrong", NUMBER, NO_KEY, PASTED, may_resume=False),
    stops("key, host away", "number_chosen", "unreachable", NUMBER, GONE, PASTED, may_resume=True),
)  # fmt: skip
