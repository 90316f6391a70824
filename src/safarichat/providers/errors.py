"""What every provider's table of error codes is made of, and what no answer or a bare HTTP status means."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from safarichat.providers.shapes import Answer, Later, Lost, Problem, Refused, Reply, Unknown

Class = Literal["permanent", "throttled", "transient", "credential"]
Fault = Literal["us", "business", "customer", "provider"]
Scope = Literal["message", "recipient", "template", "number", "portfolio", "credential", "account", "request"]
NumberStatus = Literal["", "attention", "reauth_required", "suspended"]


def N_(text: str) -> str:
    """Marks a sentence for the catalogue; it is translated when shown, since providers know no language."""
    return text


class Known(Struct, frozen=True):
    """One documented code. `outcome` says what becomes of a message: *permanent* is not tried again, *credential*
    freezes the number until a person acts, the others are tried again after `after_s`, at most `tries` times if set."""

    code: int
    key: str
    title: str  # the provider's own name of it
    message: str
    cure: str
    fault: Fault
    scope: Scope
    outcome: Class = "permanent"
    after_s: float = 0
    tries: int = 0
    number_status: NumberStatus = ""

    @property
    def rests_s(self) -> float:
        return self.after_s if self.outcome == "throttled" else 0


NOT_SENT = Problem(
    key="unreachable",
    message=N_("The provider could not be reached."),
    cure=N_(
        "We try again by ourselves. If it lasts, check this server's internet connection and the provider's "
        "status page."
    ),
    fault="provider",
)
NO_ANSWER = Problem(
    key="answer_lost",
    message=N_("The request left, but its answer was lost: it may have been carried out."),
    cure=N_("Wait for the provider's status. Repeat it only if you know that it did not arrive."),
    fault="provider",
)
BUSY = Problem(
    key="provider_busy",
    message=N_("The provider asks us to slow down."),
    cure=N_("Nothing to do: we go on by ourselves after a pause."),
    fault="provider",
)
AWAY = Problem(
    key="provider_down",
    message=N_("The provider is not available at the moment."),
    cure=N_("Nothing to do: we try again by ourselves."),
    fault="provider",
)
NOT_UNDERSTOOD = Problem(
    key="answer_not_understood",
    message=N_("The provider's answer could not be understood."),
    cure=N_("Try again later. If it happens again, send the details to whoever runs this installation."),
    fault="provider",
)


def problem_without_table(answer: Answer) -> Problem:
    """What is wrong when there is no answer, or one without an error of the provider's own kind."""
    if isinstance(answer, Lost):
        return replace(NO_ANSWER if answer.may_have_arrived else NOT_SENT, details=answer.reason)
    known = {429: BUSY, 503: AWAY}.get(answer.status, NOT_UNDERSTOOD)
    return replace(known, http_status=answer.status)


def classify_without_table(answer: Answer) -> Refused | Later | Unknown:
    """429 and 503 say that nothing was done; any other bare 5xx, or a 2xx that tells nothing, may hide a deed."""
    problem = problem_without_table(answer)
    if isinstance(answer, Lost):
        return Unknown(problem) if answer.may_have_arrived else Later(problem, "transient", 5.0)
    if answer.status == 429:
        return Later(problem, "throttled", retry_after_s(answer.headers) or 5.0)
    if answer.status == 503:
        return Later(problem, "transient", retry_after_s(answer.headers) or 10.0)
    if answer.status >= 500 or answer.status < 300:
        return Unknown(problem)
    return Refused(problem)


def outcome_of(problem: Problem, known: Known, answer: Reply) -> Refused | Later | Unknown:
    """What a documented code in an answer means for the message that was to be sent."""
    if known.outcome == "permanent":
        return Refused(problem)
    return Later(problem, known.outcome, retry_after_s(answer.headers) or known.after_s, known.tries)


def retry_after_s(headers: Mapping[str, str]) -> float:
    """The wait that a `Retry-After` header asks for in seconds; 0 without one."""
    text = headers.get("retry-after", "").strip()
    return min(float(text), 86400.0) if text.isascii() and text.isdigit() else 0.0
