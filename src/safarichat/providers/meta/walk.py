"""What the steps of onboarding share: what is known so far, whose token it is, and how a failure is told."""

from collections.abc import Mapping
from typing import Literal

from safarichat.providers.cloud_api.errors import classify
from safarichat.providers.meta.graph import graph
from safarichat.providers.shapes import (
    JSON,
    Answer,
    Call,
    ConnectFailed,
    ConnectOutcome,
    Later,
    Platform,
    Problem,
    Progress,
    Refused,
    Signup,
    Talk,
)

Step = Talk[ConnectOutcome | None]  # None: the walk goes on


class Walk:
    def __init__(self, signup: Signup, platform: Platform) -> None:
        self.signup = signup
        self.platform = platform
        self.facts: dict[str, JSON] = dict(signup.known)
        self.token = signup.secrets.get("access_token", "")
        self.warnings: list[Problem] = []
        self.is_in_review = False

    def has_done(self, step: str) -> bool:
        return step in self.signup.done

    def fact(self, name: str) -> str:
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def call(
        self, name: str, method: str, path: str, *, query: Mapping[str, str] | None = None, json: JSON = None
    ) -> Call:
        """A call with the customer's own token: what it can't see is not theirs."""
        return graph(self.platform, name, method, path, self.token, query=query, json=json)

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
        """Stopped by an answer. What a pause can cure may go on later; what needs the person's sign-in may not."""
        outcome = classify(answer)
        needs_person = isinstance(outcome, Refused) or (isinstance(outcome, Later) and outcome.why == "credential")
        after_s = outcome.after_s if isinstance(outcome, Later) and not needs_person else 0
        return ConnectFailed(step=step, problem=outcome.problem, may_resume=not needs_person, after_s=after_s)

    def status(self) -> Literal["connected", "attention", "in_review"]:
        if self.is_in_review:
            return "in_review"
        return "attention" if any(each.number_status == "attention" for each in self.warnings) else "connected"
