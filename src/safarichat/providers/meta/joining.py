"""The steps at the number itself: subscribe its account, register it, read what it is (reference §2.6, §3.1)."""

import re

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import classify, problem_of
from safarichat.providers.cloud_api.loose import text
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems
from safarichat.providers.meta.callbacks import hooks, register_hooks
from safarichat.providers.meta.causes import REJECTED
from safarichat.providers.meta.choosing import is_coexisting
from safarichat.providers.meta.coexistence import ask_for_phone_data
from safarichat.providers.meta.graph import ask, is_ok, listed, node
from safarichat.providers.meta.nodes import ask_for_number, facts_of_number, is_registered
from safarichat.providers.meta.signup import OWN_APP
from safarichat.providers.meta.subscriptions import subscription_problem
from safarichat.providers.meta.waits import wait_told
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import Answer, ConnectFailed, ConnectOutcome, Later, NeedsNumber, NeedsPin

PIN_WRONG, UNVERIFIED, GUESSED_TOO_OFTEN = 133005, 133006, (133008, 133009)


# --- events to us ----------------------------------------------------------------------------------------------------


def subscribe_account(walk: Walk) -> Step:
    if walk.has_done("subscribed"):
        return None
    path = f"{walk.fact('waba_id')}/subscribed_apps"
    answer = yield from ask(walk.call("subscribe account", "POST", path))
    if not is_ok(answer):
        return walk.failed("subscribed", answer)
    answer = yield from ask(walk.call("read subscription", "GET", path))
    if problem := subscription_problem(answer, walk.platform):
        walk.warnings.append(problem)
    registering = register_hooks if walk.signup.mode == OWN_APP else hooks  # the operator's app is not theirs to change
    delivery = yield from registering(walk.platform)
    walk.warnings += delivery.problems
    yield walk.progress("subscribed", {**delivery.facts, "is_subscribed": True})
    return None


# --- registration ----------------------------------------------------------------------------------------------------


def register_number(walk: Walk) -> Step:
    if walk.has_done("registered"):
        return None
    if is_coexisting(walk):
        message = N_("The number stays in the WhatsApp Business app and needs no registration.")
        facts = yield from ask_for_phone_data(walk)
        yield walk.progress("registered", facts, state="skipped", message=message)
        return None
    if is_registered(walk.facts) and not walk.signup.pin_is_theirs:
        yield walk.progress("registered", {"is_registered": True}, message=N_("The number was registered already."))
        return None
    return (yield from _register(walk))


def _register(walk: Walk) -> Step:
    """The PIN is stored before it is used: if the answer is lost, the number may be registered with it."""
    if walk.facts.get("pin_is_set") and not walk.signup.pin_is_theirs:
        return NeedsPin(problems.PIN_NEEDED)  # a guess costs: Meta counts them
    pin = walk.signup.pin if walk.signup.pin_is_theirs else walk.signup.secrets.get("pin") or walk.signup.pin
    if not re.fullmatch(r"[0-9]{6}", pin):
        return NeedsPin(problems.PIN_NEEDED)
    yield walk.progress("registered", state="waiting", secrets={"pin": pin})
    body = {"messaging_product": "whatsapp", "pin": pin}
    answer = yield from ask(walk.call("register number", "POST", f"{walk.fact('phone_number_id')}/register", json=body))
    if is_ok(answer):
        yield walk.progress("registered", {"is_registered": True, "pin_is_set": False}, secrets={"pin": pin})
        return None
    if problem_of(answer).code == PIN_WRONG:
        yield walk.progress("registered", {"pin_is_set": True}, state="waiting")
    return _not_registered(walk, answer)


def _not_registered(walk: Walk, answer: Answer) -> ConnectOutcome:
    outcome = classify(answer)
    problem = outcome.problem
    if problem.code == PIN_WRONG:
        return NeedsPin(problem)
    if problem.code in GUESSED_TOO_OFTEN:
        return NeedsPin(problem, after_s=wait_told(problem.details) or (3600 if problem.code == 133008 else 60))
    if problem.code == UNVERIFIED:
        return NeedsNumber(problem)
    failed = walk.failed("registered", answer)
    if isinstance(outcome, Later) and (wait := wait_told(problem.details)):
        return replace(failed, after_s=float(wait))
    return failed


# --- what it is ------------------------------------------------------------------------------------------------------


def read_profile(walk: Walk) -> Step:
    """Nothing here can undo a connection: what can't be read is a warning."""
    phone_number_id, waba_id = walk.fact("phone_number_id"), walk.fact("waba_id")
    answer = yield from ask_for_number(walk.platform, phone_number_id, walk.token)
    if not is_ok(answer):
        return walk.failed("profile_read", answer)
    facts = facts_of_number(node(answer))
    query = {"fields": "about,address,description,email,profile_picture_url,websites,vertical"}
    profile = yield from ask(
        walk.call("read profile", "GET", f"{phone_number_id}/whatsapp_business_profile", query=query)
    )
    if told := listed(profile):
        facts["profile"] = {name: value for name, value in told[0].items() if name != "messaging_product"}
    query = {"fields": "id,name,account_review_status,currency,timezone_id"}
    account = node((yield from ask(walk.call("read account", "GET", waba_id, query=query))))
    facts |= {name: text(account, key) for name, key in _ACCOUNT_FACTS.items() if text(account, key)}
    walk.is_in_review = facts.get("account_review_status") == "PENDING"
    if facts.get("account_review_status") == "REJECTED":
        return ConnectFailed(step="profile_read", problem=REJECTED, may_resume=True)
    yield walk.progress("profile_read", facts)
    return None


_ACCOUNT_FACTS = {"waba_name": "name", "account_review_status": "account_review_status", "currency": "currency"}
