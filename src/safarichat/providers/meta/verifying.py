"""Whose number it is, and that it may send: codes by SMS or call, registration, the PIN (reference §3.1)."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import classify, problem_of
from safarichat.providers.cloud_api.loose import digits, text
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems
from safarichat.providers.meta.asking import of_number, read_number
from safarichat.providers.meta.graph import ask, is_ok
from safarichat.providers.meta.waits import wait_told
from safarichat.providers.shapes import (
    JSON,
    Answer,
    Deed,
    Done,
    Later,
    Number,
    Platform,
    Problem,
    Progress,
    Refused,
    Talk,
)

PIN, CODE = re.compile(r"[0-9]{6}"), re.compile(r"[0-9]{6}")
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
CODES_AGAIN_S = 600.0  # Meta names no time after too many codes
PIN_WAITS_S = {133008: 3600.0, 133009: 60.0}


# --- the code --------------------------------------------------------------------------------------------------------


def request_code(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    body = request_body(given)
    answer = yield from ask(of_number(number, platform, "request code", "POST", "request_code", json=body))
    if is_ok(answer):
        return Done(message=N_("Meta has sent a code to the number: type it here."))
    facts = yield from read_number(number, platform)
    if facts.get("code_verification_status") == "VERIFIED":
        return Done(message=N_("The number is verified already: no code is needed."), facts=facts)
    return not_done(answer, CODES_AGAIN_S if problem_of(answer).key == "code_request_refused" else 0)


def request_body(given: Mapping[str, JSON]) -> Mapping[str, JSON]:
    language = text(given, "language").replace("-", "_")
    return {
        "code_method": "VOICE" if text(given, "method").lower() == "voice" else "SMS",
        "language": language if LANGUAGE.fullmatch(language) else "en_US",
    }


def verify_code(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    code = digits(text(given, "code"))
    if not CODE.fullmatch(code):
        return Refused(problems.CODE_REFUSED)
    answer = yield from ask(of_number(number, platform, "verify code", "POST", "verify_code", json={"code": code}))
    if not is_ok(answer):
        return not_done(answer)
    facts = yield from read_number(number, platform)
    return Done(message=N_("The number is verified."), facts={"code_verification_status": "VERIFIED", **facts})


def code_wait_s(problem: Problem) -> float:
    return float(wait_told(problem.details))


# --- registration ----------------------------------------------------------------------------------------------------


def register(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """With the PIN that is given, or the one that it was registered with last."""
    if is_on_phone_app(number):
        return Refused(problems.ON_PHONE_APP)
    pin = text(given, "pin") or number.secrets.get("pin", "")
    if not PIN.fullmatch(pin):
        return Refused(problems.PIN_REFUSED if text(given, "pin") else problems.PIN_NEEDED)
    body = {"messaging_product": "whatsapp", "pin": pin}
    answer = yield from ask(of_number(number, platform, "register number", "POST", "register", json=body))
    if not is_ok(answer):
        if problem_of(answer).key == "pin_mismatch":
            yield Progress(step="registered", state="waiting", facts={"pin_is_set": True})
        return not_done(answer, PIN_WAITS_S.get(problem_of(answer).code or 0, 0))
    facts = yield from read_number(number, platform)
    done = {**facts, "is_registered": True, "pin_is_set": False}
    secrets = {"pin": pin} if text(given, "pin") else {}
    return Done(message=N_("The number is registered: it can send and receive."), facts=done, secrets=secrets)


def deregister(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    if is_on_phone_app(number):
        return Refused(problems.ON_PHONE_APP)
    answer = yield from ask(of_number(number, platform, "deregister number", "POST", "deregister"))
    if not is_ok(answer) and problem_of(answer).key != "not_registered":
        return not_done(answer)
    facts = yield from read_number(number, platform)
    message = N_("The number is not registered any more: it neither sends nor receives, and keeps its history.")
    return Done(message=message, facts={**facts, "is_registered": False})


def set_pin(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    pin = text(given, "pin")
    if not PIN.fullmatch(pin):
        return Refused(problems.PIN_REFUSED)
    if is_on_phone_app(number):
        return Refused(problems.ON_PHONE_APP)
    answer = yield from ask(of_number(number, platform, "set PIN", "POST", "", json={"pin": pin}))
    if not is_ok(answer):
        return not_done(answer, PIN_WAITS_S.get(problem_of(answer).code or 0, 0))
    return Done(message=N_("The number has its new PIN."), facts={"pin_is_set": False}, secrets={"pin": pin})


def is_on_phone_app(number: Number) -> bool:
    return number.facts.get("is_on_phone_app") is True


def not_done(answer: Answer, wait_s: float = 0) -> Deed:
    """As the table has it; but where Meta asks for a pause, in its own words or by habit, it is one."""
    outcome = classify(answer)
    told_s = float(wait_told(outcome.problem.details))
    if isinstance(outcome, Refused) and (wait_s or told_s):
        return Later(outcome.problem, "throttled", told_s or wait_s)
    if isinstance(outcome, Later) and outcome.why != "credential" and told_s:
        return replace(outcome, after_s=told_s)
    return outcome
