"""Finds an error of the Cloud API in its table, whether it came in an answer or in a webhook (reference §9)."""

from safarichat.providers.cloud_api import codes_access, codes_messages, codes_numbers, codes_others, codes_templates
from safarichat.providers.cloud_api.loose import decode, mapping, text, whole
from safarichat.providers.errors import (
    N_,
    Known,
    classify_without_table,
    outcome_of,
    problem_without_table,
    retry_after_s,
)
from safarichat.providers.shapes import JSON, Answer, Later, Lost, Problem, Refused, Reply, Unknown

TABLE: dict[int, Known] = {
    known.code: known
    for module in (codes_access, codes_messages, codes_templates, codes_numbers, codes_others)
    for known in module.CODES
}
UNKNOWN = Known(
    -1,
    "unknown_code",
    "",
    N_("Meta refused this for a reason that this version does not know."),
    N_("Read Meta's own words in the details; look the code up in Meta's list of errors."),
    "provider",
    "request",
)


def classify(answer: Answer) -> Refused | Later | Unknown:
    """What an answer that is no success means for what was to be done."""
    error = error_in(answer)
    if not error or isinstance(answer, Lost):
        return classify_without_table(answer)
    known, problem = lookup(error), problem_of(answer)
    if known is UNKNOWN and answer.status in (429, 503):
        return Later(problem, "throttled", retry_after_s(answer.headers) or 10.0)
    if known is UNKNOWN and answer.status >= 500:
        return Unknown(problem)  # never seen, and the server stumbled: no proof that nothing was done
    if known.outcome == "throttled" and (wait := _regain_s(answer)):
        return Later(problem, "throttled", wait)
    return outcome_of(problem, known, answer)


def is_foreign(answer: Answer) -> bool:
    """A refusal that is not in Graph's words: of a gateway before it, or a page of some proxy."""
    return isinstance(answer, Reply) and answer.status >= 400 and not error_in(answer)


def problem_of(answer: Answer) -> Problem:
    """What went wrong in an answer that is no success."""
    error = error_in(answer)
    if not error or isinstance(answer, Lost):
        return problem_without_table(answer)
    return problem_in(error, http_status=answer.status)


def problem_in(error: JSON, http_status: int | None = None) -> Problem:
    """The problem that an `error` object tells: of an answer, a status, a message or a webhook."""
    known = lookup(error)
    return Problem(
        key=known.key,
        message=known.message,
        cure=known.cure,
        code=whole(error, "code"),
        subcode=whole(error, "error_subcode"),
        title=text(error, "title") or text(error, "error_user_title") or known.title,
        details=_details(error)[:1000],
        fault=known.fault,
        scope=known.scope,
        number_status=known.number_status,
        rests_s=known.rests_s,
        http_status=http_status,
        trace_id=text(error, "fbtrace_id")[:100],
    )


def error_in(answer: Answer) -> JSON:
    """The `error` object of an answer, or None."""
    if isinstance(answer, Lost) or not answer.body:
        return None
    try:
        error = mapping(decode(answer.body), "error")
    except ValueError:
        return None
    return error if whole(error, "code") is not None else None


def lookup(error: JSON) -> Known:
    """The table's entry. A subcode says more than its code, and template problems come as a subcode of 100."""
    code, subcode = whole(error, "code"), whole(error, "error_subcode")
    if code is None:
        return UNKNOWN
    if code == 100 and "appsecret_proof" in text(error, "message"):
        return TABLE[104]
    if subcode is not None and (known := codes_access.SUBCODES.get((code, subcode))):
        return known
    if code == 100 and subcode is not None and subcode > 1_000_000 and subcode in TABLE:
        return TABLE[subcode]
    if 200 <= code <= 299:
        return TABLE[200]
    return TABLE.get(code, UNKNOWN)


def _details(error: JSON) -> str:
    """Meta's own words: `error_data` may be an object, a string or absent."""
    data = error.get("error_data") if isinstance(error, dict) else None
    told = text(data, "details") if isinstance(data, dict) else data if isinstance(data, str) else ""
    return told or text(error, "error_user_msg") or text(error, "message") or text(error, "details")


def _regain_s(answer: Reply) -> float:
    """The wait in `X-Business-Use-Case-Usage`, told in minutes, in seconds; 0 without one."""
    try:
        usage = decode(answer.headers.get("x-business-use-case-usage", "").encode())
    except ValueError:
        return 0.0
    entries = (
        [each for listed in usage.values() if isinstance(listed, list) for each in listed]
        if isinstance(usage, dict)
        else []
    )
    return max((whole(each, "estimated_time_to_regain_access") or 0 for each in entries), default=0) * 60.0
