"""Onboarding at Meta: what it answers when all is well, and the ways in which it does not go well (reference §2)."""

from typing import Any

from msgspec.structs import replace

from safarichat.providers.shapes import (
    Answer,
    Connected,
    ConnectFailed,
    NeedsChoice,
    NeedsCode,
    NeedsNumber,
    NeedsPin,
    Reply,
    Signup,
)
from tests.conformance.subject import CUT, GONE, ConnectCase, Routes, reply

SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]
TOKEN: dict[str, Any] = {
    "app_id": "111222333",
    "type": "SYSTEM_USER",
    "expires_at": 0,
    "is_valid": True,
    "scopes": SCOPES,
    "granular_scopes": [{"scope": scope, "target_ids": ["2002001"]} for scope in SCOPES],
}
NUMBER: dict[str, Any] = {
    "verified_name": "Acme",
    "code_verification_status": "VERIFIED",
    "display_phone_number": "+1 415-555-0100",
    "quality_rating": "GREEN",
    "platform_type": "NOT_APPLICABLE",
    "status": "PENDING",
    "throughput": {"level": "STANDARD"},
    "id": "3003001",
}
LIVE = {**NUMBER, "platform_type": "CLOUD_API", "status": "CONNECTED", "name_status": "APPROVED"}
APP = {"whatsapp_business_api_data": {"id": "111222333", "name": "Acme"}}
CALLBACK: dict[str, Any] = {
    "object": "whatsapp_business_account",
    "callback_url": "https://app.test/webhooks/meta",
    "active": True,
    "fields": [
        {"name": name, "version": "v25.0"}
        for name in (
            "messages",
            "account_update",
            "phone_number_quality_update",
            "phone_number_name_update",
            "message_template_status_update",
        )
    ],
}


def numbers(*items: dict[str, Any]) -> Reply:
    return reply({"data": list(items), "paging": {"cursors": {"before": "a", "after": "b"}}})


def token(**changes: Any) -> Routes:
    return {"GET debug_token": [reply({"data": {**TOKEN, **changes}})]}


def refusal(code: int, status: int = 400, subcode: int | None = None, details: str = "") -> Reply:
    error = {"message": f"(#{code}) No.", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
    more = {"error_subcode": subcode} if subcode else {}
    return reply({"error": {**error, **more, "error_data": {"details": details}}}, status)


HAPPY: Routes = {
    "GET oauth/access_token": [reply({"access_token": "EAAGNEW", "token_type": "bearer"})],
    "GET debug_token": [reply({"data": TOKEN})],
    "GET 4004000/client_whatsapp_business_accounts": [reply({"data": [{"id": "2002001", "name": "Acme"}]})],
    "GET 2002001/phone_numbers": [numbers(NUMBER)],
    "POST 2002001/subscribed_apps": [reply({"success": True})],
    "GET 2002001/subscribed_apps": [reply({"data": [APP]})],
    "DELETE 2002001/subscribed_apps": [reply({"success": True})],
    "GET 111222333/subscriptions": [reply({"data": [CALLBACK]})],
    "POST 111222333/subscriptions": [reply({"success": True})],
    "POST 3003001/register": [reply({"success": True})],
    "POST 3003001/deregister": [reply({"success": True})],
    "GET 3003001": [reply(LIVE)],
    "GET 3003001/whatsapp_business_profile": [reply({"data": [{"about": "Hi", "messaging_product": "whatsapp"}]})],
    "GET 2002001": [reply({"id": "2002001", "name": "Acme", "account_review_status": "APPROVED"})],
    "POST 3003001/messages": [reply({"messages": [{"id": "wamid.OUT1"}]})],
}

FINISH = Signup(code="AQB", event="FINISH", data={"phone_number_id": "3003001", "waba_id": "2002001"}, pin="123456")
LOST = Signup(code="AQB", pin="123456")  # the window message got lost
OWN = Signup(
    mode="keys",
    event="FORM",
    data={"app_id": "111222333"},
    secrets={"app_secret": "demo_app_secret", "access_token": "EAAGNEW"},
    pin="123456",
)
OPERATORS = frozenset({"META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID", "META_BUSINESS_ID",
                       "META_WEBHOOK_VERIFY_TOKEN"})  # fmt: skip
ADDED = {"waba_id": "2002001", "add_cc": "1", "add_number": "415 555-0100", "add_name": "Acme"}
UNVERIFIED = {**NUMBER, "code_verification_status": "NOT_VERIFIED"}
TWO = numbers(NUMBER, {**NUMBER, "id": "3003002", "display_phone_number": "+1 415-555-0101"})
ALL_STEPS = (
    "signed_in",
    "exchanged",
    "inspected",
    "number_chosen",
    "verified",
    "subscribed",
    "registered",
    "profile_read",
)


def finish(event: str, **data: str) -> Signup:
    return Signup(code="AQB", event=event, data=data, pin="123456")


def stops(name: str, step: str, key: str, routes: Routes, signup: Signup = FINISH, **more: Any) -> ConnectCase:
    return ConnectCase(name=name, signup=signup, routes=routes, outcome=ConnectFailed, step=step, key=key, **more)


def code(answer: Answer) -> Routes:
    return {"GET oauth/access_token": [answer]}


def register(answer: Answer) -> Routes:
    return {"POST 3003001/register": [answer]}


CONNECTS = (
    ConnectCase(
        name="all is well",
        signup=FINISH,
        outcome=Connected,
        steps=ALL_STEPS,
        facts={
            "phone_number": "14155550100",
            "verified_name": "Acme",
            "quality_rating": "GREEN",
            "throughput_mps": 80,
            "token_expires_at": 0,
            "scopes": SCOPES,
            "app_id": "111222333",
            "profile": {"about": "Hi"},
            "waba_name": "Acme",
        },
        calls=(
            "GET oauth/access_token", "GET debug_token", "GET 2002001/phone_numbers", "POST 2002001/subscribed_apps",
            "GET 2002001/subscribed_apps", "GET 111222333/subscriptions", "POST 3003001/register", "GET 3003001",
            "GET 3003001/whatsapp_business_profile", "GET 2002001",
        ),
    ),
    # --- given up, or stopped ---
    *(
        stops(f"cancelled at {step}", "signed_in", "cancelled", {}, finish("CANCEL", current_step=step), calls=())
        for step in (
            "BUSINESS_ACCOUNT_SELECTION", "WABA_PHONE_PROFILE_PICKER", "WHATSAPP_BUSINESS_PROFILE_SETUP",
            "PHONE_NUMBER_SETUP", "PHONE_NUMBER_VERIFICATION", "PERMISSIONS", "SOMETHING_NEW", "",
        )
    ),
    stops("cancelled with an error", "signed_in", "signup_error", {},
          finish("CANCEL", error_message="Number is in use", error_id="524126", session_id="s"), calls=()),
    stops("an error", "signed_in", "signup_error", {}, finish("ERROR", error_message="It broke"), calls=()),
    stops("no settings", "started", "settings_missing", {}, calls=(), without=frozenset({"META_APP_SECRET"})),
    # --- the code ---
    stops("no code", "exchanged", "code_missing", {}, replace(FINISH, code="")),
    stops("code older than 30 s", "exchanged", "code_expired", code(refusal(100, subcode=36007))),
    stops("code used", "exchanged", "code_used", code(refusal(100, subcode=36009))),
    stops("another redirect address", "exchanged", "redirect_mismatch", code(refusal(100, subcode=36008))),
    stops("wrong app secret", "exchanged", "app_secret_wrong", code(refusal(101))),
    stops("no token in the answer", "exchanged", "token_missing", code(reply({"token_type": "bearer"}))),
    stops("Meta out of reach", "exchanged", "unreachable", code(GONE)),
    ConnectCase(name="exchanged at the second try", signup=FINISH, outcome=Connected,
                routes={"GET oauth/access_token": [GONE, reply({"access_token": "EAAGNEW"})]}),
    stops("the lost answer was a yes", "exchanged", "code_used",
          {"GET oauth/access_token": [CUT, refusal(100, subcode=36009)]}),
    # --- the token ---
    stops("token of another app", "inspected", "wrong_app", token(app_id="999")),
    stops("token not valid", "inspected", "token_invalid", token(is_valid=False)),
    stops("token expired", "inspected", "token_expired",
          token(is_valid=False, error={"code": 190, "subcode": 463, "message": "expired"})),
    stops("a permission unticked", "inspected", "scope_missing", token(scopes=SCOPES[:1])),
    stops("inspection not available", "inspected", "api_down", {"GET debug_token": [refusal(2, 503)]}),
    ConnectCase(name="no list of permissions proves none missing", signup=FINISH, outcome=Connected,
                routes=token(scopes=[], granular_scopes=[])),
    # --- the account, by any path ---
    ConnectCase(name="window message lost: found among the shared", signup=LOST, outcome=Connected),
    ConnectCase(name="no shared list: found by the token's targets", signup=LOST, outcome=Connected,
                routes={"GET 4004000/client_whatsapp_business_accounts": [refusal(10, 403)]}),
    ConnectCase(name="no targets: found among the shared", signup=LOST, outcome=Connected,
                routes=token(granular_scopes=[])),
    ConnectCase(name="an account that is not theirs is passed over", signup=finish("FINISH", waba_id="6666"),
                outcome=Connected),
    ConnectCase(name="another customer's account in the shared list is passed over", signup=LOST, outcome=Connected,
                routes={**token(granular_scopes=[]), "GET 4004000/client_whatsapp_business_accounts":
                        [reply({"data": [{"id": "6666"}, {"id": "2002001"}]})]}),
    stops("nothing shared", "number_chosen", "no_account",
          {**token(granular_scopes=[]), "GET 4004000/client_whatsapp_business_accounts": [reply({"data": []})]}, LOST),
    stops("no way into what was shared", "number_chosen", "object_unreachable",
          {"GET 2002001/phone_numbers": [refusal(100, subcode=33)]}),
    # --- the number ---
    ConnectCase(name="finished without a number", signup=finish("FINISH_ONLY_WABA", waba_id="2002001"),
                outcome=NeedsNumber, key="no_number", routes={"GET 2002001/phone_numbers": [reply({"data": []})]}),
    ConnectCase(name="app-only install", signup=finish("FINISH_GRANT_ONLY_API_ACCESS", waba_id="2002001"),
                outcome=Connected),
    ConnectCase(name="several numbers", signup=LOST, outcome=NeedsChoice,
                routes={"GET 2002001/phone_numbers": [TWO]}),
    ConnectCase(name="one of several chosen", signup=replace(LOST, choice="3003001"), outcome=Connected,
                routes={"GET 2002001/phone_numbers": [TWO]}),
    ConnectCase(name="a choice that was not offered", signup=replace(LOST, choice="3009999"), outcome=NeedsChoice,
                routes={"GET 2002001/phone_numbers": [TWO], "GET 3009999": [reply(LIVE)]}),
    ConnectCase(name="on the second page of the list", signup=FINISH, outcome=Connected, routes={
        "GET 2002001/phone_numbers": [
            reply({"data": [], "paging": {"cursors": {"after": "p2"}, "next": "https://graph.test/next"}}),
            numbers(NUMBER),
        ]}),
    ConnectCase(name="not in the list yet", signup=FINISH, outcome=Connected,
                routes={"GET 2002001/phone_numbers": [reply({"data": []})]}),
    ConnectCase(name="not verified", signup=FINISH, outcome=NeedsNumber, key="number_unverified", routes={
        "GET 2002001/phone_numbers": [numbers({**NUMBER, "code_verification_status": "NOT_VERIFIED"})],
        "GET 3003001": [reply({**NUMBER, "code_verification_status": "NOT_VERIFIED"})]}),
    ConnectCase(name="verification long past", signup=FINISH, outcome=Connected, routes={
        "GET 2002001/phone_numbers": [numbers({**NUMBER, "code_verification_status": "EXPIRED"})],
        "GET 3003001": [reply({**LIVE, "code_verification_status": "EXPIRED"})]}),
    ConnectCase(name="coexistence without a number in the message", outcome=Connected,
                signup=finish("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", waba_id="2002001"),
                facts={"throughput_mps": 20}, routes={"GET 2002001/phone_numbers":
                        [numbers({**NUMBER, "is_on_biz_app": True}, {**NUMBER, "id": "3"})],
                        "GET 3003001": [reply({**LIVE, "is_on_biz_app": True})],
                        "POST 3003001/smb_app_data": [reply({"messaging_product": "whatsapp", "request_id": "r"})],
                        "POST 3003001/register": [refusal(100)]}),
    ConnectCase(name="coexistence, its history asked for already", outcome=Connected,
                signup=finish("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", waba_id="2002001", phone_number_id="3003001"),
                facts={"phone_data_asked": ["smb_app_state_sync", "history"]}, routes={
                    "GET 3003001": [reply({**LIVE, "is_on_biz_app": True})],
                    "POST 3003001/smb_app_data": [refusal(2593107)]}),
    ConnectCase(name="coexistence, too late for its history", outcome=Connected,
                signup=finish("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", waba_id="2002001", phone_number_id="3003001"),
                facts={"phone_data_asked": [], "throughput_mps": 20}, routes={
                    "GET 3003001": [reply({**LIVE, "is_on_biz_app": True})],
                    "POST 3003001/smb_app_data": [refusal(2593108)]}),
    ConnectCase(name="the ids of the account model of 2026", outcome=Connected,
                signup=finish("FINISH", waba_id="2002001", waac_id="9009001", phone_number_id="3003001"),
                facts={"waac_id": "9009001"}, routes={
                    "GET 2002001/phone_numbers": [numbers(NUMBER, {**NUMBER, "id": "3"})]}),
    # --- subscription ---
    stops("not allowed to subscribe", "subscribed", "permission_denied",
          {"POST 2002001/subscribed_apps": [refusal(200, 403)]}),
    stops("subscription cut off", "subscribed", "answer_lost", {"POST 2002001/subscribed_apps": [CUT]}),
    # --- registration ---
    ConnectCase(name="a PIN is set already", signup=FINISH, outcome=NeedsPin, key="pin_mismatch",
                routes=register(refusal(133005))),
    ConnectCase(name="too many PINs", signup=replace(FINISH, pin_is_theirs=True), outcome=NeedsPin, key="pin_too_often",
                routes=register(refusal(133008, details="Please try again in 2 hours."))),
    ConnectCase(name="PINs too fast", signup=replace(FINISH, pin_is_theirs=True), outcome=NeedsPin, key="pin_too_fast",
                routes=register(refusal(133009, details="Retry after 90 seconds"))),
    ConnectCase(name="a PIN that is none", signup=replace(FINISH, pin="12a456"), outcome=NeedsPin, key="pin_needed"),
    ConnectCase(name="to be verified once more", signup=FINISH, outcome=NeedsNumber, key="number_unverified",
                routes=register(refusal(133006))),
    stops("registered too often", "registered", "register_limit", register(refusal(133016))),
    stops("deleted a moment ago", "registered", "recently_deleted", register(refusal(133015))),
    stops("registration cut off", "registered", "answer_lost", register(CUT)),
    stops("account locked", "registered", "account_locked", register(refusal(131031, 403))),
    ConnectCase(name="registered already", signup=FINISH, outcome=Connected, routes={
        "GET 2002001/phone_numbers": [numbers(LIVE)], "POST 3003001/register": [refusal(133005)]}),
    # --- a number that is not there yet, or not verified ---
    ConnectCase(name="a number is added", signup=finish("FINISH_ONLY_WABA", **ADDED), outcome=NeedsNumber,
                key="number_unverified", steps=ALL_STEPS[:4], routes={
                    "GET 2002001/phone_numbers": [reply({"data": []})], "GET 3003001": [reply(UNVERIFIED)],
                    "POST 2002001/phone_numbers": [reply({"id": "3003001"})]}),
    ConnectCase(name="a number that Meta does not take", signup=finish("FINISH_ONLY_WABA", **ADDED),
                outcome=NeedsNumber, key="number_refused", routes={
                    "GET 2002001/phone_numbers": [reply({"data": []})],
                    "POST 2002001/phone_numbers": [refusal(100, subcode=2388012)]}),
    ConnectCase(name="a number without its country", signup=finish("FINISH_ONLY_WABA", **{**ADDED, "add_cc": ""}),
                outcome=NeedsNumber, key="number_refused", routes={"GET 2002001/phone_numbers": [reply({"data": []})]}),
    ConnectCase(name="a code is asked for", signup=finish("FINISH", method="sms"), outcome=NeedsCode, key="code_sent",
                routes={"GET 2002001/phone_numbers": [numbers(UNVERIFIED)], "GET 3003001": [reply(UNVERIFIED)],
                        "POST 3003001/request_code": [reply({"success": True})]}),
    ConnectCase(name="too many codes", signup=finish("FINISH", method="voice"), outcome=NeedsNumber,
                key="code_request_refused", routes={
                    "GET 2002001/phone_numbers": [numbers(UNVERIFIED)], "GET 3003001": [reply(UNVERIFIED)],
                    "POST 3003001/request_code": [refusal(136024)]}),
    ConnectCase(name="a wrong code", signup=finish("FINISH", code="123-457"), outcome=NeedsCode, key="code_wrong",
                routes={"GET 2002001/phone_numbers": [numbers(UNVERIFIED)], "GET 3003001": [reply(UNVERIFIED)],
                        "POST 3003001/verify_code": [refusal(136025)]}),
    # --- an app of the person's own ---
    ConnectCase(name="own app, straight through", signup=OWN, outcome=Connected, without=OPERATORS,
                steps=("exchanged", *ALL_STEPS[2:]), facts={"app_id": "111222333", "token_expires_at": 0},
                calls=("GET debug_token", "GET 2002001/phone_numbers", "POST 2002001/subscribed_apps",
                       "GET 2002001/subscribed_apps", "POST 111222333/subscriptions", "GET 111222333/subscriptions",
                       "POST 3003001/register", "GET 3003001", "GET 3003001/whatsapp_business_profile",
                       "GET 2002001")),
    stops("own app, no secret", "exchanged", "app_keys_missing", {}, replace(OWN, secrets={"access_token": "EAAGNEW"}),
          calls=(), without=OPERATORS),
    stops("own app, secret of another", "inspected", "app_secret_wrong", {"GET debug_token": [refusal(190, 401)]}, OWN,
          may_resume=False, without=OPERATORS),
    stops("own app, token of another", "inspected", "wrong_app", {"GET debug_token": [refusal(100)]}, OWN,
          may_resume=False, without=OPERATORS),
    stops("own app, another app's token told", "inspected", "wrong_app", token(app_id="999"), OWN, without=OPERATORS),
    stops("own app, a permission is missing", "inspected", "scope_missing", token(scopes=SCOPES[:1]), OWN,
          without=OPERATORS),
    stops("own app, Meta away", "inspected", "api_down", {"GET debug_token": [refusal(2, 503)]}, OWN, may_resume=True,
          without=OPERATORS),
    stops("own app, no account named", "number_chosen", "no_account", token(granular_scopes=[]), OWN,
          without=OPERATORS),
    ConnectCase(name="own app, account typed", signup=replace(OWN, data={**OWN.data, "waba_id": "2002001"}),
                outcome=Connected, routes=token(granular_scopes=[]), without=OPERATORS),
    ConnectCase(name="own app, several accounts", signup=OWN, outcome=NeedsChoice, without=OPERATORS, routes={
        **token(granular_scopes=[{"scope": SCOPES[0], "target_ids": ["2002001", "2002002"]}]),
        "GET 2002002/phone_numbers": [numbers({**NUMBER, "id": "3003002"})]}),
    ConnectCase(name="own app, one of several accounts", signup=replace(OWN, choice="3003001"), outcome=Connected,
                without=OPERATORS, routes={
        **token(granular_scopes=[{"scope": SCOPES[0], "target_ids": ["2002001", "2002002"]}]),
        "GET 2002002/phone_numbers": [numbers({**NUMBER, "id": "3003002"})]}),
    # --- the end ---
    ConnectCase(name="a profile that can't be read is no reason to stop", signup=FINISH, outcome=Connected,
                routes={"GET 3003001/whatsapp_business_profile": [refusal(131000, 500)], "GET 2002001": [CUT]}),
    ConnectCase(name="a field this Graph version lacks", signup=FINISH, outcome=Connected, routes={"GET 3003001": [
        reply({"error": {"code": 100, "message": "(#100) Tried accessing nonexisting field (is_on_biz_app)"}}, 400),
        reply(LIVE)]}),
    stops("review refused", "profile_read", "review_rejected",
          {"GET 2002001": [reply({"id": "2002001", "account_review_status": "REJECTED"})]}),
)  # fmt: skip
