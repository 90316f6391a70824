"""A number that is not there yet, or not verified: added to its account, a code sent to it and checked.

What the person gives comes in `Signup.data`: `add_cc`, `add_number` and `add_name`, then `method` and `language`, then
`code` (reference §3.1).
"""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_of
from safarichat.providers.cloud_api.loose import digits, text
from safarichat.providers.meta import problems
from safarichat.providers.meta.graph import ask, is_ok, node
from safarichat.providers.meta.nodes import ask_for_number
from safarichat.providers.meta.verifying import code_wait_s, request_body
from safarichat.providers.meta.walk import Step, Walk
from safarichat.providers.shapes import JSON, ConnectFailed, NeedsCode, NeedsNumber, Talk


def add_number(walk: Walk, waba_id: str) -> Talk[Mapping[str, JSON] | NeedsNumber | ConnectFailed]:
    """The new number's node."""
    given = walk.signup.data
    body = {
        "cc": digits(text(given, "add_cc")),
        "phone_number": digits(text(given, "add_number")),
        "verified_name": text(given, "add_name").strip(),
    }
    if not all(body.values()):
        return NeedsNumber(problems.NUMBER_REFUSED)
    answer = yield from ask(walk.call("add number", "POST", f"{waba_id}/phone_numbers", json=body))
    number_id = text(node(answer), "id")
    if not number_id:
        problem = problem_of(answer)
        if problem.key in ("parameter_invalid", "move_refused"):
            return NeedsNumber(replace(problems.NUMBER_REFUSED, code=problem.code, details=problem.details))
        return walk.failed("number_chosen", answer)
    told = node((yield from ask_for_number(walk.platform, number_id, walk.token)))
    return {**told, "id": number_id, "waba_id": waba_id}


def verify_number(walk: Walk) -> Step:
    """None: it is verified now."""
    given, path = walk.signup.data, walk.fact("phone_number_id")
    if code := digits(text(given, "code")):
        answer = yield from ask(walk.call("verify code", "POST", f"{path}/verify_code", json={"code": code}))
        if is_ok(answer):
            return None
        problem = problem_of(answer)
        return NeedsCode(problem, after_s=code_wait_s(problem)) if problem.scope == "number" else _failed(walk, answer)
    if text(given, "method"):
        body = request_body(given)
        answer = yield from ask(walk.call("request code", "POST", f"{path}/request_code", json=body))
        if is_ok(answer):
            return NeedsCode(problems.CODE_SENT)
        problem = problem_of(answer)
        return NeedsNumber(problem) if problem.scope == "number" else _failed(walk, answer)
    return NeedsNumber(problems.NOT_VERIFIED)


def _failed(walk: Walk, answer: JSON) -> ConnectFailed:
    return walk.failed("verified", answer)
