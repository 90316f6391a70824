"""The lines of a test in their order, and what they make of the number."""

from collections.abc import Iterable

from safarichat.providers.cloud_api.errors import classify, problem_of
from safarichat.providers.errors import N_
from safarichat.providers.meta.causes import as_cause
from safarichat.providers.meta.graph import is_ok
from safarichat.providers.shapes import JSON, Answer, Check, Health, Later, Problem, Unknown

GOOD = {
    "token": N_("Meta accepts the sign-in and its permissions."),
    "number": N_("Meta knows the number."),
    "registered": N_("The number is registered for sending."),
    "sending": N_("Meta lets this number send."),
    "quality": N_("The number's quality is not low."),
    "review": N_("Meta has reviewed the business account."),
    "subscription": N_("The account's events are sent to our app."),
}
WORST_FIRST = ("suspended", "reauth_required", "attention")


class Findings:
    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.problems: list[Problem] = []
        self.facts: dict[str, JSON] = {}
        self.is_in_review = False
        self.is_cut_short = False  # the provider could not be asked: nothing can be concluded

    def add(self, name: str, problem: Problem | None, answer: Answer | None = None) -> None:
        """`answer`: the one that told the problem, which may only tell that Meta is away."""
        if problem is None:
            self.checks.append(Check(name=name, ok=True, message=GOOD[name]))
            return
        self.is_cut_short = self.is_cut_short or (answer is not None and is_away(answer))
        told = Check(name=name, ok=False, message=problem.message, cure=problem.cure, details=problem.details)
        self.checks.append(told)
        self.problems.append(problem)

    def add_each(self, name: str, problems: Iterable[Problem]) -> None:
        found = list(problems)
        for problem in found:
            self.add(name, problem)
        if not found:
            self.add(name, None)

    def add_failed(self, name: str, answer: Answer) -> None:
        self.add(name, as_cause(problem_of(answer)), answer)

    def take(self, other: Health) -> None:
        self.checks += other.checks
        self.problems += other.problems
        self.facts |= other.facts

    def health(self) -> Health:
        return Health(status=self.status(), checks=tuple(self.checks), facts=self.facts, problems=tuple(self.problems))

    def status(self) -> str:
        found = {problem.number_status for problem in self.problems}
        if worst := next((status for status in WORST_FIRST if status in found), ""):
            return worst
        if self.is_cut_short:
            return ""
        return "in_review" if self.is_in_review else "connected"


def is_away(answer: Answer) -> bool:
    """Says nothing of the number: Meta is away, or asks for a pause."""
    if is_ok(answer):
        return False
    outcome = classify(answer)
    return isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.why != "credential")
