"""Each cause at Meta: its state in the sandbox is found as that cause and no other, hurts what it says, is repaired."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from safarichat import providers
from safarichat.doctor import causes, surroundings
from safarichat.doctor.diagnosing import Diagnosis, diagnose
from safarichat.doctor.repairing import repair
from safarichat.numbers import deeds, hooks, onboarding, sides
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.onboarding import Brought
from safarichat.numbers.walking import Walked
from safarichat.providers.meta.callbacks import NEEDED_FIELDS
from safarichat.providers.shapes import Done, Refused
from tests.doctor.outside import PublicAddress
from tests.fixtures import Sandbox
from tests.onboarding.signing_in import SESSION

pytest_plugins = ["tests.onboarding.fixtures"]
pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example.com/hook"
WITHOUT_MESSAGES = [name for name in NEEDED_FIELDS if name != "messages"]
PROVIDER = providers.get("meta")

# what is wrong → the states that make it so; own: by an app of the person's own
STATES: Mapping[str, Mapping[str, Any]] = {
    "token_invalid": {"token_forgotten": True},
    "token_expired": {"token": "expired"},
    "token_revoked": {"token": "revoked"},
    "app_removed": {"token": "uninstalled"},
    "wrong_app": {"token": "other_app"},
    "scope_missing": {"scopes": ["whatsapp_business_management"]},
    "object_unreachable": {"shared": False},
    "number_held_elsewhere": {"standing": "MIGRATED"},
    "number_banned": {"standing": "BANNED"},
    "number_restricted": {"restricted": True},
    "limit_reached": {"standing": "RATE_LIMITED"},
    "number_unverified": {"registered": False, "code_verification_status": "NOT_VERIFIED"},
    "not_registered": {"registered": False},
    "companion_inactive": {"companion": False},
    "name_declined": {"name_status": "DECLINED"},
    "name_in_review": {"new_name_status": "PENDING_REVIEW"},
    "quality_low": {"quality_rating": "RED"},
    "payment_missing": {"payment": False},
    "cannot_send": {"blocked": {"PHONE_NUMBER": "BLOCKED"}},
    "account_blocked": {"blocked": {"WABA": "BLOCKED"}},
    "business_blocked": {"blocked": {"BUSINESS": "BLOCKED"}},
    "app_blocked": {"blocked": {"APP": "BLOCKED"}},
    "sending_limited": {"blocked": {"WABA": "LIMITED"}},
    "in_review": {"account_review_status": "PENDING"},
    "review_rejected": {"account_review_status": "REJECTED"},
    "account_disabled": {"account_status": "DISABLED"},
    "not_subscribed": {"subscribed": False},
    "callback_overridden": {"waba_override": ELSEWHERE},
    "number_overridden": {"override_callback_uri": ELSEWHERE},
    "hook_missing": {"app_callback": ""},
    "hook_elsewhere": {"app_callback": ELSEWHERE},
    "messages_unsubscribed": {"fields": WITHOUT_MESSAGES},
    "events_unsubscribed": {"fields": ["messages"]},
}
ELSE = ("pin_mismatch", "account_events_elsewhere", "app_secret_wrong")  # made so in tests of their own


@pytest.fixture(scope="module")
def public() -> Iterator[PublicAddress]:
    address = PublicAddress()
    yield address
    address.close()


@pytest.fixture(autouse=True)
def _at_home(public: PublicAddress, meta: Sandbox, settings: Settings) -> Iterator[None]:
    """Our address is reached, and the operator's app delivers to it."""
    settings.SAFARICHAT_BASE_URL = public.url
    surroundings._known.clear()
    assert hooks.register("meta").status == "connected"
    yield
    surroundings._known.clear()


@pytest.fixture
def row(connect: Callable[..., Walked]) -> OfficialWhatsappCredential:
    return OfficialWhatsappCredential.objects.get(pk=connect().credential_id)


@pytest.fixture
def own(account: Any, meta: Sandbox) -> OfficialWhatsappCredential:
    """A number by an app of the person's own."""
    app = meta.post("/_sandbox/apps")
    started = onboarding.start(account.pk, account.memberships.get().user.pk, SESSION, "meta", "keys", None)
    assert started is not None
    typed = {name: app[name] for name in ("app_id", "app_secret", "access_token")}
    walked = onboarding.finish(account.pk, started.state, SESSION, Brought(data=typed))
    assert isinstance(walked, Walked)
    assert walked.outcome == "connected"
    return OfficialWhatsappCredential.objects.get(pk=walked.credential_id)


def put(meta: Sandbox, row: OfficialWhatsappCredential, **states: Any) -> None:
    answer = meta.http.patch(f"/_sandbox/numbers/{row.phone_number_id}", json=states)
    assert answer.status_code == 200, answer.text


def found(row: OfficialWhatsappCredential) -> Diagnosis:
    diagnosis = diagnose(row.account_id, row.pk)
    assert diagnosis is not None
    assert diagnosis.is_reached
    return diagnosis


def keys(row: OfficialWhatsappCredential) -> set[str]:
    return {problem.key for problem in found(row).problems}


def hurt(row: OfficialWhatsappCredential) -> set[str]:
    row.refresh_from_db()
    return {one.side for one in sides.of(row) if one.state != "good"}


def test_every_cause_has_its_state() -> None:
    assert {cause.key for cause in PROVIDER.causes} == {*STATES, *ELSE}


def test_at_least_25_causes_are_known() -> None:
    every = {key for name in providers.names() for key in causes.every(name)}
    print(f"\n{len(every)} causes are known to the doctor")
    assert len(every) >= 25


@pytest.mark.parametrize("of_whom", ["row", "own"])
def test_a_number_that_is_well_has_no_cause(of_whom: str, request: pytest.FixtureRequest) -> None:
    number = request.getfixturevalue(of_whom)
    assert keys(number) == set()
    assert hurt(number) == set()
    assert number.status == "connected"


@pytest.mark.parametrize("of_whom", ["row", "own"])
@pytest.mark.parametrize("cause", STATES)
def test_a_state_is_found_as_its_cause_and_repaired(
    cause: str, of_whom: str, request: pytest.FixtureRequest, meta: Sandbox
) -> None:
    number = request.getfixturevalue(of_whom)
    put(meta, number, **STATES[cause])
    problems = found(number).problems
    assert [problem.key for problem in problems] == [cause]
    [problem] = problems
    assert hurt(number) == set(problem.hurts)
    if problem.repair:
        repaired = repair(number.account_id, number.pk, cause)
        assert repaired is not None
        assert repaired.is_done, repaired.message
        left = {problem.key for problem in repaired.diagnosis.problems}
        # an override of the number brings its messages only: the app's own address is the operator's to set
        is_beyond_us = of_whom == "row" and cause in ("hook_missing", "hook_elsewhere")
        assert left == ({"account_events_elsewhere"} if is_beyond_us else set())
        assert hurt(number) == ({"templates"} if is_beyond_us else set())


def test_an_unknown_pin_is_told_from_a_number_that_is_just_not_registered(
    row: OfficialWhatsappCredential, meta: Sandbox
) -> None:
    put(meta, row, registered=False, pin="999999")
    assert keys(row) == {"not_registered"}
    repaired = repair(row.account_id, row.pk, "not_registered")
    assert repaired is not None
    assert not repaired.is_done
    assert [problem.key for problem in repaired.diagnosis.problems] == ["pin_mismatch"]
    row.refresh_from_db()
    assert not row.pin_is_theirs
    assert isinstance(deeds.do(row.account_id, row.pk, "register", {"pin": "999999"}), Done)
    assert keys(row) == set()
    row.refresh_from_db()
    assert row.pin_is_theirs


def test_template_events_ignore_an_override(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    put(meta, row, app_callback=ELSEWHERE)
    deeds.do(row.account_id, row.pk, "set_hook", {})
    [problem] = found(row).problems
    assert (problem.key, problem.repair, problem.details) == ("account_events_elsewhere", "", ELSEWHERE)
    refused = deeds.do(row.account_id, row.pk, "register_hooks", {})
    assert isinstance(refused, Refused)
    assert refused.problem.key == "app_not_yours"
    assert hooks.register("meta").status == "connected"
    assert keys(row) == set()


def test_an_own_app_s_callback_is_repaired_beside_an_override(own: OfficialWhatsappCredential, meta: Sandbox) -> None:
    found_at = found(own)
    assert found_at.is_well
    own.refresh_from_db()
    put(meta, own, app_callback=ELSEWHERE, override_callback_uri=own.provider_config["hook_url"])
    [problem] = found(own).problems
    assert (problem.key, problem.repair) == ("account_events_elsewhere", "register_hooks")
    repaired = repair(own.account_id, own.pk, problem.key)
    assert repaired is not None
    assert repaired.diagnosis.is_well


def test_an_app_secret_that_was_changed_at_meta(own: OfficialWhatsappCredential, meta: Sandbox) -> None:
    put(meta, own, app_secret="another-secret-of-the-app")
    [problem] = found(own).problems
    assert problem.key == "app_secret_wrong"
    assert hurt(own) == set(problem.hurts)


def test_a_token_that_ends_soon_is_told_and_renewed(row: OfficialWhatsappCredential, meta: Sandbox) -> None:
    soon = timezone.now() + timedelta(days=3)
    meta.post("/_sandbox/tokens/expire", json={"number": row.phone_number_id, "in": 3 * 24 * 3600})
    assert keys(row) in (set(), {"token_expires_soon"})  # the first look learns when it ends
    [problem] = found(row).problems
    assert (problem.key, problem.repair) == ("token_expires_soon", "refresh")
    row.refresh_from_db()
    assert row.status == "attention"
    assert row.token_expiration is not None
    assert abs(row.token_expiration - soon) < timedelta(minutes=1)
    before = row.access_token
    repaired = repair(row.account_id, row.pk, problem.key)
    assert repaired is not None
    assert repaired.diagnosis.is_well
    row.refresh_from_db()
    assert row.access_token != before
    assert row.token_expiration > timezone.now() + timedelta(days=50)
