"""What an answer of 360dialog means: its gateway's own errors in two shapes, else Meta's (reference §13)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api import errors as cloud_api
from safarichat.providers.cloud_api.loose import decode, mapping, text
from safarichat.providers.dialog360 import problems
from safarichat.providers.errors import AWAY, classify_without_table, retry_after_s
from safarichat.providers.shapes import JSON, Answer, Later, Lost, Problem, Refused, Reply, Unknown

RATE_LIMIT_S = 10.0
HUB_LIMIT_S = 30.0
AWAY_S = 10.0


def classify(answer: Answer) -> Refused | Later | Unknown:
    """`meta` is the gateway's own, `error` is Meta's, anything else is read by its status."""
    meta = _meta(answer)
    if not meta or isinstance(answer, Lost):
        return cloud_api.classify(answer)
    told = text(meta, "developer_message") or text(meta, "developerMessage")
    return _gateway(answer, told)


def problem_of(answer: Answer) -> Problem:
    return classify(answer).problem


def classify_hub(answer: Answer) -> Refused | Later | Unknown:
    """The same of the hub, where the key is the operator's: no number is to be signed in anew for it."""
    outcome = classify(answer)
    if outcome.problem.key != problems.KEY_INVALID.key:
        return outcome
    told = outcome.problem
    return Refused(replace(problems.PARTNER_REFUSED, details=told.details, http_status=told.http_status))


def _gateway(answer: Reply, told: str) -> Refused | Later | Unknown:
    """(!) The status counts: the code inside the body has been seen to differ from it."""

    def as_told(problem: Problem) -> Problem:
        return replace(problem, details=told, http_status=answer.status)

    words = told.lower()
    match answer.status:
        case 400 if "rate limit" in words or "limit of 1 request" in words:
            return Later(as_told(problems.TOO_FAST), "throttled", retry_after_s(answer.headers) or RATE_LIMIT_S)
        case 400 if "disabled" in words:
            return Later(as_told(problems.DISABLED), "credential", 0)
        case 400 if "overdue" in words or "payment" in words:
            return Later(as_told(problems.UNPAID), "credential", 0)
        case 401:
            return Later(as_told(problems.KEY_INVALID), "credential", 0)
        case 403 if "partner" in words or "permission" in words:
            return Refused(as_told(problems.NO_PERMISSION))
        case 403:
            return Refused(as_told(problems.BLOCKED_PATH))
        case 404:
            return Refused(as_told(problems.NOT_FOUND))
        case 429:
            return Later(as_told(problems.TOO_FAST), "throttled", retry_after_s(answer.headers) or HUB_LIMIT_S)
        case 400:
            return Refused(as_told(problems.REFUSED))
        case 502 | 503:  # the gateway's own word that it did not reach Meta; of a 500 nobody knows how far it came
            return Later(as_told(AWAY), "transient", retry_after_s(answer.headers) or AWAY_S)
        case _:
            outcome = classify_without_table(answer)
            return replace(outcome, problem=replace(outcome.problem, details=told))


def _meta(answer: Answer) -> Mapping[str, JSON]:
    if isinstance(answer, Lost) or 200 <= answer.status < 300:
        return {}
    try:
        body = decode(answer.body)
    except ValueError:
        return {}
    return mapping(body, "meta") if isinstance(body, dict) else {}
