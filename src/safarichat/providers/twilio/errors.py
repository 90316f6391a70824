"""Finds an error of Twilio's in its table: from an answer, a webhook or an offline sender (reference §15)."""

from safarichat.providers.cloud_api.loose import clean, decode, text, whole
from safarichat.providers.errors import (
    N_,
    Known,
    classify_without_table,
    outcome_of,
    problem_without_table,
    retry_after_s,
)
from safarichat.providers.shapes import JSON, Answer, Later, Lost, Problem, Refused, Reply, Unknown
from safarichat.providers.twilio import codes_channel, codes_rest

TABLE: dict[int, Known] = {known.code: known for module in (codes_rest, codes_channel) for known in module.CODES}
UNKNOWN = Known(
    -1,
    "unknown_code",
    "",
    N_("Twilio refused this for a reason that this version does not know."),
    N_("Read Twilio's own words in the details; look the code up in Twilio's list of errors."),
    "provider",
    "request",
)


def classify(answer: Answer) -> Refused | Later | Unknown:
    """What an answer that is no success means for what was to be done."""
    code, _ = told(answer)
    if isinstance(answer, Lost) or code is None:
        return classify_without_table(answer)
    known, problem = TABLE.get(code, UNKNOWN), problem_of(answer)
    if answer.status == 429 and known.outcome == "permanent":
        return Later(problem, "throttled", retry_after_s(answer.headers) or 2.0)
    if known is UNKNOWN and answer.status >= 500:
        return Unknown(problem)  # never seen, and the server stumbled: no proof that nothing was done
    return outcome_of(problem, known, answer)


def problem_of(answer: Answer) -> Problem:
    """What went wrong in an answer that is no success."""
    code, details = told(answer)
    if isinstance(answer, Lost) or code is None:
        return problem_without_table(answer)
    return problem_with(code, details, http_status=answer.status)


def problem_with(code: int | None, details: str = "", http_status: int | None = None) -> Problem:
    """The problem that a code stands for; without one, or with one nobody knows, what Twilio said is in the details."""
    known = TABLE.get(code or 0, UNKNOWN)
    return Problem(
        key=known.key,
        message=known.message,
        cure=known.cure,
        code=code,
        title=known.title,
        details=str(clean(details))[:1000],
        fault=known.fault,
        scope=known.scope,
        number_status=known.number_status,
        rests_s=known.rests_s,
        http_status=http_status,
    )


def told(answer: Answer) -> tuple[int | None, str]:
    """Code and words of an error, old shape or new (`code, message, status` or RFC 9457's `title, detail`)."""
    error = _error_in(answer)
    return whole(error, "code"), text(error, "message") or text(error, "detail") or text(error, "title")


def _error_in(answer: Answer) -> JSON:
    if not isinstance(answer, Reply) or not answer.body:
        return None
    try:
        return decode(answer.body)
    except ValueError:
        return None
