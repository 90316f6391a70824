"""The lines of a connection test, collected in their order, and what they say of the number together."""

from collections.abc import Mapping

from safarichat.providers.shapes import JSON, Check, Health, Later, Problem, Refused, Unknown

WORST_FIRST = ("suspended", "reauth_required", "attention")


class Findings:
    """`good` are the sentences for what is as it should be, by the check's name."""

    def __init__(self, good: Mapping[str, str]) -> None:
        self.good = good
        self.checks: list[Check] = []
        self.problems: list[Problem] = []
        self.facts: dict[str, JSON] = {}
        self.is_in_review = False
        self.is_cut_short = False  # the provider could not be asked: nothing can be concluded

    def add(self, name: str, problem: Problem | None) -> None:
        if problem is None:
            self.checks.append(Check(name=name, ok=True, message=self.good[name]))
            return
        told = Check(name=name, ok=False, message=problem.message, cure=problem.cure, details=problem.details)
        self.checks.append(told)
        self.problems.append(problem)

    def add_passing(self, name: str, problem: Problem) -> None:
        """It says nothing of the number: the provider is away, or asks for a pause."""
        self.is_cut_short = True
        self.add(name, problem)

    def health(self) -> Health:
        found = {problem.number_status for problem in self.problems}
        status = next((worst for worst in WORST_FIRST if worst in found), "")
        if not status and not self.is_cut_short:
            status = "in_review" if self.is_in_review else "connected"
        return Health(status=status, checks=tuple(self.checks), facts=self.facts, problems=tuple(self.problems))


def is_passing(outcome: Refused | Later | Unknown) -> bool:
    return isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.why != "credential")
