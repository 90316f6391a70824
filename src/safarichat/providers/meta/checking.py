"""Testing a connection: the token, the number, its account, and the way of its events to us (reference §0.4, §3.2)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import classify, problem_in
from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems
from safarichat.providers.meta.callbacks import hooks
from safarichat.providers.meta.connecting import debug_call, facts_of_token, token_problem
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, node, token_of
from safarichat.providers.meta.nodes import ask_for_number, blocking_reasons, facts_of_number
from safarichat.providers.meta.subscriptions import overridden, subscription_problem
from safarichat.providers.shapes import (
    JSON,
    Answer,
    Check,
    Health,
    Later,
    Number,
    Platform,
    Problem,
    Talk,
    Unknown,
)

_GOOD = {
    "token": N_("Meta accepts the sign-in and its permissions."),
    "number": N_("Meta knows the number."),
    "registered": N_("The number is registered for sending."),
    "sending": N_("Meta lets this number send."),
    "quality": N_("The number's quality is not low."),
    "review": N_("Meta has reviewed the business account."),
    "subscription": N_("The account's events are sent to our app."),
}
_WORST_FIRST = ("suspended", "reauth_required", "attention")


class Findings:
    """Collects the lines of a test in their order."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.problems: list[Problem] = []
        self.facts: dict[str, JSON] = {}
        self.is_in_review = False
        self.is_cut_short = False  # the provider could not be asked: nothing can be concluded

    def add(self, name: str, problem: Problem | None) -> None:
        if problem is None:
            self.checks.append(Check(name=name, ok=True, message=_GOOD[name]))
            return
        check = Check(name=name, ok=False, message=problem.message, cure=problem.cure, details=problem.details)
        self.checks.append(check)
        self.problems.append(problem)

    def add_failed(self, name: str, answer: Answer) -> None:
        outcome = classify(answer)
        passing = isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.why != "credential")
        self.is_cut_short = self.is_cut_short or passing
        self.add(name, outcome.problem)

    def health(self) -> Health:
        return Health(status=self.status(), checks=tuple(self.checks), facts=self.facts, problems=tuple(self.problems))

    def status(self) -> str:
        found = {problem.number_status for problem in self.problems}
        if worst := next((status for status in _WORST_FIRST if status in found), ""):
            return worst
        if self.is_cut_short:
            return ""
        return "in_review" if self.is_in_review else "connected"


def check(number: Number, platform: Platform) -> Talk[Health]:
    findings = Findings()
    if (yield from _check_token(number, platform, findings)):
        yield from _check_number(number, platform, findings)
        yield from _check_account(number, platform, findings)
    if findings.is_cut_short:  # Meta is away: what can't be read back is not broken
        return findings.health()
    delivery = yield from hooks(platform)
    findings.checks += delivery.checks
    findings.problems += delivery.problems
    findings.facts |= delivery.facts
    return findings.health()


def _check_token(number: Number, platform: Platform, findings: Findings) -> Talk[bool]:
    """False: there is no use in asking more with this token."""
    if not token_of(number):
        findings.add("token", problems.TOKEN_INVALID)
        return False
    answer = yield from ask(debug_call(platform, token_of(number)))
    if not is_ok(answer):
        findings.add_failed("token", answer)
        return not findings.is_cut_short
    token = mapping(node(answer), "data")
    problem = token_problem(token, app_of(number) or platform["META_APP_ID"])
    findings.add("token", problem)
    findings.facts |= facts_of_token(token)
    return problem is None or problem.key == "scope_missing"


def _check_number(number: Number, platform: Platform, findings: Findings) -> Talk[None]:
    answer = yield from ask_for_number(platform, number.phone_number_id, token_of(number), app_of(number))
    if not is_ok(answer):
        findings.add_failed("number", answer)
        return
    told = node(answer)
    facts = facts_of_number(told)
    findings.facts |= facts
    findings.add("number", problems.BANNED if facts.get("status") == "BANNED" else None)
    if "status" in facts and facts.get("is_on_phone_app") is not True:
        is_unregistered = facts["status"] in ("DISCONNECTED", "PENDING", "DELETED", "MIGRATED", "UNVERIFIED")
        findings.add("registered", problem_in({"code": 133010}) if is_unregistered else None)
    if "can_send" in facts:
        findings.add("sending", next(_reasons(told, str(facts["can_send"])), None))
    if "quality_rating" in facts:
        findings.add("quality", problems.QUALITY_LOW if facts["quality_rating"] == "RED" else None)
    addresses = mapping(told, "webhook_configuration")
    if problem := overridden(text(addresses, "phone_number"), platform):
        findings.add("override", problem)


def _reasons(told: Mapping[str, JSON], can_send: str) -> Iterator[Problem]:
    """Meta's own words on what keeps the number from sending; limited is not blocked."""
    if can_send == "BLOCKED":
        reasons = [text(error, "error_description") for error in blocking_reasons(told)]
        yield replace(problems.CANNOT_SEND, details=" ".join(reason for reason in reasons if reason))


def _check_account(number: Number, platform: Platform, findings: Findings) -> Talk[None]:
    token, app_id = token_of(number), app_of(number)
    query = {"fields": "id,name,account_review_status"}
    answer = yield from ask(graph(platform, "read account", "GET", number.waba_id, token, query=query, app_id=app_id))
    if not is_ok(answer):
        findings.add_failed("review", answer)
    else:
        review = text(node(answer), "account_review_status")
        findings.facts |= {"account_review_status": review} if review else {}
        findings.is_in_review = review == "PENDING"
        problem = {"PENDING": problems.IN_REVIEW, "REJECTED": problems.REJECTED}.get(review)
        findings.add("review", problem)
    path = f"{number.waba_id}/subscribed_apps"
    answer = yield from ask(graph(platform, "read subscription", "GET", path, token, app_id=app_id))
    if is_ok(answer):
        findings.add("subscription", subscription_problem(answer, platform))
    else:
        findings.add_failed("subscription", answer)
