"""What the library does not say of itself in the OpenAPI description: how every operation may fail, and its headers."""

from typing import Any

from safarichat.api.problems import MEDIA_TYPE
from safarichat.api.shapes import Problem

FAILURES = {
    "400": "The body could not be read.",
    "401": "There is no valid key.",
    "403": "The key may not do this.",
    "404": "There is nothing of yours under this id.",
    "409": "Not in this state.",
    "422": "A field can't be used as it is.",
    "429": "The key asked too often.",
    "503": "The database is away.",
}
WITH_BODY = ("400",)
RATE_HEADERS = {
    "RateLimit-Limit": "Requests that a key may make in a minute.",
    "RateLimit-Remaining": "How many are left.",
    "RateLimit-Reset": "Seconds until more are.",
    "X-Request-ID": "The id of this request, also in our logs.",
}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the failures and headers into every operation."""
    components = schema["components"]
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= {**model.pop("$defs", {}), "Problem": model}
    components["headers"] = {name: _header(name, told) for name, told in RATE_HEADERS.items()}
    components["responses"] = {status: _failure(told) for status, told in FAILURES.items()}
    for path in schema["paths"].values():
        for operation in path.values():
            _complete(operation)
    return schema


def _header(name: str, told: str) -> dict[str, Any]:
    return {"description": told, "schema": {"type": "string" if name.startswith("X-") else "integer"}}


def _failure(told: str) -> dict[str, Any]:
    return {"description": told, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _complete(operation: dict[str, Any]) -> None:
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    for answer in answers.values():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_HEADERS}
    left_out = set() if "requestBody" in operation else set(WITH_BODY)
    failures = {status: {"$ref": f"#/components/responses/{status}"} for status in FAILURES if status not in left_out}
    operation["responses"] = {**answers, **failures}
