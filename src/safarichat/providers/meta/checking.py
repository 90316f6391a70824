"""Reading back what is really so at Meta: the token, the number, its account, and the way of its events to us
(reference §0.4, §3.2, §7.3)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.meta import causes
from safarichat.providers.meta.callbacks import for_number, hooks
from safarichat.providers.meta.causes_hooks import OVERRIDDEN
from safarichat.providers.meta.findings import Findings
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, node, token_of
from safarichat.providers.meta.nodes import ask_for_number, facts_of_number
from safarichat.providers.meta.standing import name_problem, sending_problems, standing_problem
from safarichat.providers.meta.subscriptions import override_problem, own_address, subscription_problem
from safarichat.providers.meta.tokens import debug_call, facts_of_token, inspection_problem
from safarichat.providers.shapes import JSON, Health, Number, Platform, Talk

ACCOUNT_FIELDS = ("id,name,account_review_status,status", "id,name,account_review_status")
DISABLED = frozenset({"DISABLED", "BANNED"})


def check(number: Number, platform: Platform) -> Talk[Health]:
    findings = Findings()
    told: Mapping[str, JSON] = {}
    if (yield from _check_token(number, platform, findings)):
        told = yield from _check_number(number, platform, findings)
        yield from _check_account(number, platform, findings, own_address(told))
    if findings.is_cut_short:  # Meta is away: what can't be read back is not broken
        return findings.health()
    findings.take(for_number((yield from hooks(platform)), own_address(told), platform))
    if own_address(told):
        findings.facts["hook_url"] = own_address(told)
    return findings.health()


def _check_token(number: Number, platform: Platform, findings: Findings) -> Talk[bool]:
    """False: there is no use in asking more with this token."""
    if not token_of(number):
        findings.add("token", causes.TOKEN_INVALID)
        return False
    answer = yield from ask(debug_call(platform, token_of(number)))
    problem = inspection_problem(answer, app_of(number) or platform["META_APP_ID"])
    findings.add("token", problem, answer)
    findings.facts |= facts_of_token(mapping(node(answer), "data")) if is_ok(answer) else {}
    return (problem is None or problem.key == causes.SCOPE_MISSING.key) and not findings.is_cut_short


def _check_number(number: Number, platform: Platform, findings: Findings) -> Talk[Mapping[str, JSON]]:
    answer = yield from ask_for_number(platform, number.phone_number_id, token_of(number), app_of(number))
    if not is_ok(answer):
        findings.add_failed("number", answer)
        return {}
    told = node(answer)
    facts = facts_of_number(told)
    findings.facts |= facts
    problem = standing_problem(told, number)
    findings.add("number", problem if problem and not _is_of_registration(problem.key) else None)
    if "status" in facts and facts.get("is_on_phone_app") is not True:
        findings.add("registered", problem if problem and _is_of_registration(problem.key) else None)
    if "can_send" in facts and problem is None:  # a number that is not there can't send: one cause, and not two
        findings.add_each("sending", sending_problems(told))
    if "quality_rating" in facts:
        findings.add("quality", causes.QUALITY_LOW if facts["quality_rating"] == "RED" else None)
    if problem := name_problem(facts):
        findings.problems.append(problem)
    if problem := override_problem(told, platform):
        findings.add("override", problem)
    return told


def _is_of_registration(key: str) -> bool:
    return key in (causes.UNVERIFIED.key, causes.NOT_REGISTERED.key, causes.PIN_MISMATCH.key)


def _check_account(number: Number, platform: Platform, findings: Findings, own_address: str) -> Talk[None]:
    token, app_id = token_of(number), app_of(number)
    for fields in ACCOUNT_FIELDS:
        call = graph(platform, "read account", "GET", number.waba_id, token, query={"fields": fields}, app_id=app_id)
        answer = yield from ask(call)
        if is_ok(answer) or b"nonexisting field" not in getattr(answer, "body", b""):
            break
    if not is_ok(answer):
        findings.add_failed("review", answer)
    else:
        review = text(node(answer), "account_review_status")
        findings.facts |= {"account_review_status": review} if review else {}
        findings.is_in_review = review == "PENDING"
        problem = {"PENDING": causes.IN_REVIEW, "REJECTED": causes.REJECTED}.get(review)
        is_disabled = text(node(answer), "status").upper() in DISABLED
        findings.add("review", causes.ACCOUNT_DISABLED if is_disabled else problem)
    path = f"{number.waba_id}/subscribed_apps"
    answer = yield from ask(graph(platform, "read subscription", "GET", path, token, app_id=app_id))
    if not is_ok(answer):
        findings.add_failed("subscription", answer)
        return
    problem = subscription_problem(answer, platform)
    is_in_the_way = problem is not None and (problem.key != OVERRIDDEN.key or not own_address)
    findings.add("subscription", problem if is_in_the_way else None)
