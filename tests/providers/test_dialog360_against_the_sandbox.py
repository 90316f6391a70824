"""Our talks against the pretend 360dialog over real HTTP: two readings of the same documentation, made apart."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from safarichat.ground.outbound import ask, run_talk
from safarichat.ground.talks import Call
from safarichat.providers import dialog360
from safarichat.providers.dialog360.use import media_url
from safarichat.providers.shapes import (
    Accepted,
    AccountChanged,
    Connected,
    ConnectFailed,
    Done,
    Event,
    Hook,
    Later,
    NeedsChoice,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Progress,
    Received,
    Refused,
    Reply,
    Signup,
    StatusChanged,
    TemplateList,
    Unknown,
)
from tests.onboarding.signing_up import KNOWN_TO_BOTH
from tests.providers.hearing import Ear
from tests.sandbox.outside import CUSTOMER, Meta

HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}
TEXT = {"type": "text", "text": {"body": "Hello"}}
MINE, THEIRS = "sc-mine", "sc-theirs"
SOLUTION = "12345678901234"
Connect = Callable[..., tuple[Any, list[Progress]]]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meta]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**KNOWN_TO_BOTH, "D360_SOLUTION_ID": SOLUTION}.items():
            patch.setenv(name, value)
        sandbox = Meta(tmp_path_factory.mktemp("dialog360") / "world")
    quick = {"sent_ms": 5, "delivered_ms": 10, "read_ms": 10, "retry_scale": 0.05, "channel_ms": 0, "rates": False}
    sandbox.control("POST", "settings", quick)
    yield sandbox
    sandbox.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


@pytest.fixture
def platform(sandbox: Meta, ear: Ear) -> Platform:
    base = f"{sandbox.url}/360dialog"
    settings = {
        "360DIALOG_PARTNER_ID": KNOWN_TO_BOTH["D360_PARTNER_ID"],
        "D360_PARTNER_API_KEY": KNOWN_TO_BOTH["D360_PARTNER_API_KEY"],
        "D360_PLATFORM_SECRET": KNOWN_TO_BOTH["D360_PLATFORM_SECRET"],
        "D360_API_URL": f"{base}/messaging",
        "D360_HUB_URL": f"{base}/hub",
        "D360_HUB_API_URL": f"{base}/hub-api",
    }
    platform = Platform(
        settings=settings,
        hook_url=f"{ear.url}/number",
        operator_hook_url=f"{ear.url}/partner",
        redirect_url="http://127.0.0.1:1/whatsapp/official/callback",
        tenant=MINE,
    )
    health = run_talk(dialog360.register_hooks(platform), ask)
    assert health.status == "connected", health
    return platform


@pytest.fixture
def connect(platform: Platform) -> Connect:
    def connect(signup: Signup, place: Platform = platform) -> tuple[Any, list[Progress]]:
        steps: list[Progress] = []
        return run_talk(dialog360.connect(signup, place), ask, steps.append), steps

    return connect


def press_through(sandbox: Meta, platform: Platform, **answers: Any) -> Signup:
    """What the person's browser comes back with from the partner's page."""
    page = sandbox.http.get(dialog360.login(platform, mode="signup", state="s")["redirect_url"])
    url = page.headers["location"]
    steps: list[dict[str, Any]] = [
        {"email": "ana@example.test", "name": "Padaria"},
        {"channel": answers.get("channels", ["new"]), "phone": answers.get("phone", "")},
        {"grant": "1"} if answers.get("grants", True) else {},
    ]
    if not steps[1]["phone"]:
        steps[1]["phone"] = f"+2547{time.monotonic_ns() % 10**8:08d}"
    for step in steps:
        answer = sandbox.http.post(url, data={**step, "action": answers.get("action", "continue")})
        assert answer.status_code == 303, answer.text
        back = answer.headers["location"]
        if back.startswith(platform.redirect_url):
            break
    query = dict(each.partition("=")[::2] for each in back.partition("?")[2].split("&"))
    event, data = dialog360.returned(query)
    return Signup(event=event, data=data)


@pytest.fixture
def number(sandbox: Meta, platform: Platform, connect: Connect) -> Number:
    result, steps = connect(press_through(sandbox, platform))
    assert isinstance(result, Connected), result
    assert not result.warnings
    return as_number(result, steps)


def as_number(result: Connected, steps: list[Progress]) -> Number:
    return Number(
        credential_id=1,
        phone_number_id=result.phone_number_id,
        waba_id=result.waba_id,
        facts=result.facts,
        secrets={name: secret for step in steps for name, secret in step.secrets.items()},
    )


def send(number: Number, platform: Platform, body: dict[str, Any], to: str = CUSTOMER) -> Outcome:
    return run_talk(dialog360.send(number, Outgoing(opaque="ours-1", to=to, body=body), platform), ask)


def do(deed: str, number: Number, platform: Platform, **given: Any) -> tuple[Any, Number]:
    """The deed's outcome, and the number as it is afterwards."""
    steps: list[Progress] = []
    done = run_talk(dialog360.deeds[deed](number, platform, given), ask, steps.append)
    told = {name: secret for step in steps for name, secret in step.secrets.items()}
    return done, replace(number, secrets={**number.secrets, **told})


def events(ear: Ear, path: str, secrets: Any) -> list[Event]:
    found: list[Event] = []
    for heard in ear.heard:
        if heard.path.endswith(path):
            hook = Hook(method="POST", headers=heard.headers, query={}, body=heard.body)
            assert dialog360.authentic(hook, secrets)
            assert not dialog360.authentic(replace(hook, headers={}), secrets)
            found += dialog360.read(hook)
    return found


def problems(number: Number, platform: Platform) -> list[str]:
    return [problem.key for problem in run_talk(dialog360.check(number, platform), ask).problems]


# --- signing up ------------------------------------------------------------------------------------------------------


def test_a_number_is_connected_straight_through(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    result, steps = connect(press_through(sandbox, platform))
    assert isinstance(result, Connected), result
    assert result.status == "connected", result.warnings
    assert {"channel_id", "client_id", "phone_number", "waba_account_id", "api_address"} <= set(result.facts)
    assert [(step.step, step.state) for step in steps if step.state != "waiting"] == [
        ("signed_in", "done"),
        ("inspected", "done"),
        ("exchanged", "done"),
        ("number_chosen", "done"),
        ("verified", "done"),
        ("subscribed", "done"),
        ("registered", "skipped"),
        ("profile_read", "done"),
    ]


def test_who_leaves_the_page_or_allows_nothing_is_told_so(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    ways_out: list[dict[str, Any]] = [{"action": "cancel"}, {"channels": []}]
    for answers in ways_out:
        result, _ = connect(press_through(sandbox, platform, **answers))
        assert isinstance(result, ConnectFailed)
        assert result.problem.key == "cancelled"


def test_a_channel_of_another_tenant_is_not_taken(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    stolen = press_through(sandbox, replace(platform, tenant=THEIRS))
    result, steps = connect(stolen)
    assert isinstance(result, ConnectFailed)
    assert (result.step, result.problem.key) == ("inspected", "channel_not_ours")
    assert not any(step.secrets for step in steps)


def test_a_missing_permission_is_waited_for(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    signup = press_through(sandbox, platform)
    [channel_id] = signup.data["channels"]
    [shown] = [each for each in sandbox.control("GET", "numbers") if each.get("channel_id") == channel_id]
    sandbox.control("PATCH", f"numbers/{shown['phone_number_id']}", {"permitted": False})
    result, steps = connect(signup)
    assert isinstance(result, ConnectFailed)
    assert (result.step, result.problem.key, result.may_resume) == ("exchanged", "permission_missing", True)
    sandbox.control("PATCH", f"numbers/{shown['phone_number_id']}", {"permitted": True})
    known = {name: value for step in steps for name, value in step.facts.items()}
    done = frozenset(step.step for step in steps if step.state == "done")
    result, _ = connect(Signup(done=done, known=known))
    assert isinstance(result, Connected), result


def test_of_two_numbers_one_is_chosen(sandbox: Meta, platform: Platform, connect: Connect, number: Number) -> None:
    signup = press_through(sandbox, platform, channels=[str(number.facts["channel_id"]), "new"])
    result, steps = connect(signup)
    assert isinstance(result, NeedsChoice), result
    known = {name: value for step in steps for name, value in step.facts.items()}
    [other] = [each for each in result.numbers if each["phone_number_id"] != number.facts["channel_id"]]
    picked = Signup(choice=str(other["phone_number_id"]), done=frozenset({"signed_in"}), known=known)
    result, _ = connect(picked)
    assert isinstance(result, Connected), result
    assert result.facts["channel_id"] == other["phone_number_id"]


def test_a_pasted_key_is_enough(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    made = sandbox.control("POST", "numbers", {"provider": "360dialog"})
    result, steps = connect(Signup(mode="keys", event="FORM", secrets={"access_token": made["api_key"]}))
    assert isinstance(result, Connected), result
    assert (result.phone_number_id, result.waba_id) == (made["phone_number_id"], made["waba_id"])
    assert isinstance(send(as_number(result, steps), platform, HELLO), Accepted)
    result, _ = connect(Signup(mode="keys", event="FORM", secrets={"access_token": "nobody-has-this"}))
    assert isinstance(result, ConnectFailed)
    assert result.problem.key == "key_wrong"


def test_a_number_shared_in_metas_window_becomes_a_channel(sandbox: Meta, platform: Platform, connect: Connect) -> None:
    shared = sandbox.control("POST", "numbers", {})
    settings = {**platform.settings, "360DIALOG_SOLUTION_ID": SOLUTION, "META_APP_ID": "1", "META_CONFIG_ID": "2"}
    data = {name: shared[name] for name in ("waba_id", "phone_number_id", "business_id")}
    contact = {"name": "Ana", "email": "ana@example.test"}
    signup = Signup(mode="hosted", event="FINISH", data=data, contact=contact)
    result, _ = connect(signup, replace(platform, settings=settings))
    assert isinstance(result, Connected), result
    assert (result.phone_number_id, result.waba_id) == (shared["phone_number_id"], shared["waba_id"])


# --- a conversation --------------------------------------------------------------------------------------------------


def test_a_conversation_is_held(sandbox: Meta, ear: Ear, platform: Platform, number: Number) -> None:
    accepted = send(number, platform, HELLO)
    assert isinstance(accepted, Accepted), accepted
    asked = {"number": number.phone_number_id, "from": CUSTOMER, "name": "Ann", "message": TEXT}
    sandbox.control("POST", "inbound", asked)

    def told() -> list[Event]:
        return events(ear, "/number", number.secrets)

    ear.wait(lambda: {"delivered"} <= {event.status for event in told() if isinstance(event, StatusChanged)})
    ear.wait(lambda: any(isinstance(event, Received) for event in told()))
    received = next(event for event in told() if isinstance(event, Received))
    assert (received.text, received.sender.name, received.sender.wa_id) == ("Hello", "Ann", CUSTOMER[1:])
    assert {event.opaque for event in told() if isinstance(event, StatusChanged)} == {"ours-1"}
    read = run_talk(dialog360.mark_read(number, received.provider_message_id, platform), ask)
    assert isinstance(read, Accepted), read
    assert isinstance(send(number, platform, TEXT), Accepted)


def test_a_file_is_fetched_by_the_swapped_address(sandbox: Meta, ear: Ear, platform: Platform, number: Number) -> None:
    asked = {"number": number.phone_number_id, "from": CUSTOMER, "message": {"type": "image"}}
    sandbox.control("POST", "inbound", asked)
    ear.wait(lambda: any(isinstance(event, Received) for event in events(ear, "/number", number.secrets)))
    [received] = [event for event in events(ear, "/number", number.secrets) if isinstance(event, Received)]
    base, key = platform["D360_API_URL"], {"D360-API-KEY": number.secrets["access_token"]}
    told = ask(Call(name="read media", method="GET", url=f"{base}/{received.body['image']['id']}", headers=key))
    assert isinstance(told, Reply)
    assert told.json()["url"].startswith("https://lookaside.fbsbx.com/")
    file = ask(Call(name="fetch", method="GET", url=media_url(told.json()["url"], base), headers=key))
    assert isinstance(file, Reply)
    assert (file.status, len(file.body)) == (200, told.json()["file_size"])


def test_what_the_sandbox_refuses_is_understood(sandbox: Meta, platform: Platform, number: Number) -> None:
    unapproved = {"type": "template", "template": {"name": "nope", "language": {"code": "en_US"}}}
    refused = send(number, platform, unapproved)
    assert isinstance(refused, Refused)
    assert refused.problem.code == 132001
    for state, key in (({"unpaid": True}, "payment_missing"), ({"disabled": True}, "account_disabled")):
        sandbox.control("PATCH", f"numbers/{number.phone_number_id}", state)
        later = send(number, platform, HELLO)
        assert isinstance(later, Later)
        assert (later.why, later.problem.key) == ("credential", key)
        sandbox.control("PATCH", f"numbers/{number.phone_number_id}", dict.fromkeys(state, False))
    assert isinstance(send(number, platform, HELLO), Accepted)


@pytest.mark.parametrize("camel", [False, True])
def test_the_gateways_own_errors_are_understood_in_both_shapes(
    sandbox: Meta, platform: Platform, number: Number, camel: bool
) -> None:
    sandbox.control("POST", "settings", {"camel_errors": camel})
    for code, why in ((400, "throttled"), (401, "credential"), (429, "throttled"), (502, "transient")):
        fault = {"provider": "360dialog", "kind": "http_status", "code": code, "rate": 1, "for": 30}
        sandbox.control("POST", "faults", fault)
        try:
            later = send(number, platform, HELLO)
        finally:
            sandbox.control("DELETE", "faults")
        assert isinstance(later, Later), (code, later)
        assert later.why == why
    sandbox.control("POST", "settings", {"camel_errors": False})


def test_a_dropped_reply_is_unknown_and_the_message_is_there_once(
    sandbox: Meta, platform: Platform, number: Number
) -> None:
    sandbox.control("POST", "faults", {"provider": "360dialog", "kind": "drop_reply", "rate": 1, "for": 30})
    try:
        outcome = send(number, platform, HELLO, "+255712000078")
    finally:
        sandbox.control("DELETE", "faults")
    assert isinstance(outcome, Unknown), outcome
    assert len(sandbox.control("GET", "messages", params={"to": "+255712000078"})) == 1


# --- testing, repairing, leaving -------------------------------------------------------------------------------------


def test_each_state_is_found_and_repaired(sandbox: Meta, platform: Platform, number: Number) -> None:
    assert problems(number, platform) == []

    def put(**state: Any) -> None:
        sandbox.control("PATCH", f"numbers/{number.phone_number_id}", state)

    for url, key in (("", "hook_missing"), ("https://else.test/x", "hook_elsewhere")):
        put(webhook_url=url)
        assert problems(number, platform) == [key]
        done, number = do("set_hook", number, platform)
        assert isinstance(done, Done)
        assert problems(number, platform) == []
    put(key_replaced=True)
    assert problems(number, platform) == ["key_replaced"]
    done, number = do("new_key", number, platform)
    assert isinstance(done, Done)
    assert problems(number, platform) == []
    put(permitted=False)
    assert problems(number, platform) == ["permission_missing"]
    put(permitted=True)
    put(quality_rating="RED")
    assert problems(number, platform) == ["quality_low"]
    put(quality_rating="GREEN")
    put(disabled=True)
    assert problems(number, platform) == ["account_disabled"]
    put(disabled=False)
    put(cancelled=True)
    assert problems(number, platform) == ["key_replaced", "channel_cancelled"]


def test_the_hub_tells_what_happens_to_a_number(sandbox: Meta, ear: Ear, platform: Platform, number: Number) -> None:
    wanted = {"channel_permission_revoked", "phone_number_quality_changed", "template_messaging_disabled"}
    for state in ({"permitted": False}, {"quality_rating": "RED"}, {"unpaid": True}, {"restricted": "SPAM"}):
        sandbox.control("PATCH", f"numbers/{number.phone_number_id}", state)

    def told() -> list[AccountChanged]:
        every = events(ear, "/partner", platform.settings)
        return [event for event in every if isinstance(event, AccountChanged)]

    ear.wait(lambda: wanted | {"account_restriction"} <= {event.field for event in told()})
    statuses = {event.field: event.status for event in told() if event.phone_number == number.facts["phone_number"]}
    assert statuses["channel_permission_revoked"] == "reauth_required"
    assert statuses["account_restriction"] == "suspended"
    assert {event.waba_id for event in told()} >= {number.waba_id}


def test_a_profile_is_written(platform: Platform, number: Number) -> None:
    done, _ = do("write_profile", number, platform, profile={"about": "Pão fresco"})
    assert isinstance(done, Done), done
    assert done.facts["profile"]["about"] == "Pão fresco"


def test_leaving_ends_the_key_and_the_webhook(platform: Platform, number: Number) -> None:
    done = run_talk(dialog360.disconnect(number, platform, deregister=False, done=frozenset()), ask)
    assert [(step["step"], step["state"]) for step in done.steps] == [("unsubscribed", "done"), ("key_deleted", "done")]
    again = run_talk(dialog360.disconnect(number, platform, deregister=False, done=frozenset()), ask)
    assert [step["state"] for step in again.steps] == ["skipped", "done"]
    later = send(number, platform, HELLO)
    assert isinstance(later, Later)
    assert later.problem.key == "key_replaced"


def test_the_templates_are_listed_by_the_numbers_own_key(platform: Platform, number: Number) -> None:
    listed = run_talk(dialog360.templates(number, platform), ask)
    assert isinstance(listed, TemplateList)
    assert {each.name for each in listed.templates} >= {"hello_world", "order_update", "new_coffees"}
