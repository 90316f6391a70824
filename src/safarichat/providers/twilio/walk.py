"""What the steps of onboarding share: what is known so far, in whose name is asked, and how a failure is told."""

from collections.abc import Mapping
from typing import Literal

from safarichat.providers.shapes import (
    JSON,
    Answer,
    ConnectFailed,
    ConnectOutcome,
    Later,
    Platform,
    Problem,
    Progress,
    Refused,
    Signup,
    Talk,
    Unknown,
)
from safarichat.providers.twilio.errors import classify
from safarichat.providers.twilio.rest import Account

Step = Talk[ConnectOutcome | None]  # None: the walk goes on
NOBODY = Account(sid="", auth_token="")


class Walk:
    def __init__(self, signup: Signup, platform: Platform) -> None:
        self.signup = signup
        self.platform = platform
        self.facts: dict[str, JSON] = dict(signup.known)
        self.account = NOBODY
        self.warnings: list[Problem] = []

    def has_done(self, step: str) -> bool:
        return step in self.signup.done

    def fact(self, name: str) -> str:
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def progress(
        self,
        step: str,
        facts: Mapping[str, JSON] | None = None,
        *,
        state: Literal["done", "failed", "waiting", "skipped"] = "done",
        message: str = "",
        secrets: Mapping[str, str] | None = None,
    ) -> Progress:
        self.facts.update(facts or {})
        return Progress(step=step, state=state, message=message, facts=facts or {}, secrets=secrets or {})

    def failed(self, step: str, answer: Answer) -> ConnectFailed:
        return failed(step, classify(answer))

    def status(self) -> Literal["connected", "attention"]:
        return "attention" if any(problem.number_status for problem in self.warnings) else "connected"


def failed(step: str, outcome: Refused | Later | Unknown) -> ConnectFailed:
    """Stopped by an answer. What a pause can cure may go on later; what needs a person's sign-in may not."""
    needs_person = isinstance(outcome, Refused) or (isinstance(outcome, Later) and outcome.why == "credential")
    after_s = outcome.after_s if isinstance(outcome, Later) and not needs_person else 0
    return ConnectFailed(step=step, problem=outcome.problem, may_resume=not needs_person, after_s=after_s)
