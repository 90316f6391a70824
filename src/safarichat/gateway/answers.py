"""What a program is told, in Graph's own shapes (reference §0.2, §9)."""

import secrets
from collections.abc import Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from safarichat.ground.sql import JSON
from safarichat.providers.cloud_api.errors import TABLE
from safarichat.providers.shapes import Later, Problem, Refused, Unknown

JSON_TYPE = "application/json; charset=UTF-8"
VERSION = "v25.0"
STATUSES: Mapping[int, int] = {  # of errors that are not 400
    **dict.fromkeys((0, 102, 190), 401),
    **dict.fromkeys((10, 200, 368, 130403, 130497, 131005, 131031), 403),
    132001: 404,
    613: 429,
    **dict.fromkeys((131000, 131045, 131057, 133000), 500),
    **dict.fromkeys((2, 131016, 133004), 503),
}


class Answer(Struct, frozen=True):
    """`trace` names it in our log and in what the program was told; `said` is an error's sentence and `made` the id of
    what came of it, both for the log."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE
    code: int = 0  # Graph's code of an error
    trace: str = ""
    said: str = ""
    made: str = ""


class Failed(Exception):
    """The call is not answered as it was meant; what is told instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


def told(payload: JSON, *, headers: tuple[tuple[str, str], ...] = (), made: str = "") -> Answer:
    return Answer(200, msgspec.json.encode(payload), headers, made=made)


SUCCESS = told({"success": True})


def error(
    code: int,
    message: str = "",
    details: str = "",
    *,
    status: int = 0,
    kind: str = "OAuthException",
    subcode: int | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """`message` without a code in front takes the title that Meta's own table gives to it."""
    trace = secrets.token_urlsafe(9)
    title = message or f"(#{code}) {TABLE[code].title if code in TABLE else 'Something went wrong'}"
    said: dict[str, JSON] = {"message": title, "type": kind, "code": code}
    if subcode is not None:
        said["error_subcode"] = subcode
    if details:
        said["error_data"] = {"messaging_product": "whatsapp", "details": details}
    said["fbtrace_id"] = trace
    body = msgspec.json.encode({"error": said})
    sentence = " · ".join(filter(None, (title, details)))
    return Answer(status or STATUSES.get(code, 400), body, headers, code=code, trace=trace, said=sentence)


def problem_told(problem: Problem) -> Answer:
    """Why something did not work, as Meta would say it; our sentences stand in the details."""
    if problem.code == 100 and problem.subcode == 33:
        return not_there("")
    sentence = " ".join(filter(None, (problem.message, problem.cure)))
    field = f"{problem.details}: " if problem.details and problem.http_status is None else ""
    code = problem.code if problem.code and problem.code > 0 else 131000
    status = problem.http_status or (STATUSES.get(code, 400) if problem.code else 400)
    return error(code, details=f"{field}{sentence}", subcode=problem.subcode, status=status if status >= 400 else 400)


def outcome_told(outcome: Refused | Later | Unknown) -> Answer:
    """What came of asking the provider just now."""
    match outcome:
        case Refused(problem):
            return problem_told(problem)
        case Later(problem, why="throttled", after_s=after_s):
            answer = problem_told(replace(problem, code=problem.code or 4, http_status=429))
            return replace(answer, headers=(("retry-after", str(max(1, round(after_s)))),))
        case Later(problem) | Unknown(problem):
            return problem_told(replace(problem, code=problem.code or 131016, http_status=503))


def not_there(object_id: str, method: str = "post") -> Answer:
    """What is not there, and what is somebody else's: nobody can tell which."""
    return error(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation. Please read the Graph API documentation at"
        " https://developers.facebook.com/docs/graph-api",
        kind="GraphMethodException",
        subcode=33,
    )


def unauthorised(subcode: int | None = None) -> Answer:
    said = (
        "Error validating access token: Session has expired."
        if subcode == 463
        else "Invalid OAuth access token - Cannot parse access token"
    )
    challenge = ("www-authenticate", f'OAuth "Facebook Platform" "invalid_token" "{said}"')
    return error(190, said, subcode=subcode, headers=(challenge,))


def lacking(scope: str) -> Answer:
    return error(200, f"(#200) This API key may not do this: it needs the scope “{scope}”.")


def too_often(wait_s: int, details: str = "") -> Answer:
    """More than may be asked in this time; Graph's own status of it is 400, and ours says when to come again."""
    return error(4, "(#4) Application request limit reached", details, headers=(("retry-after", str(wait_s)),))


def missing(name: str) -> Answer:
    return error(100, f"(#100) The parameter {name} is required.")


def invalid(name: str, details: str) -> Answer:
    return error(100, "(#100) Invalid parameter", f"{name}: {details}")


BUSY = error(2, "(#2) Service temporarily unavailable", headers=(("retry-after", "5"),))
