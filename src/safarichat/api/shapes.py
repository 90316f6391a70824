"""Values that every noun of the management API is made of."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from safarichat.api.problems import unusable

PAGE, MOST = 50, 100

RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many a page holds.")]
Cursor = Annotated[
    str, Field(max_length=300, description="`next_cursor` of the page before; left out for the first page.")
]
Line = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]


def example(value: dict[str, Any]) -> ConfigDict:
    """A shape's configuration, with how it may look."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class FieldError(Schema):
    field: str
    message: str


class Problem(Schema):
    """What went wrong (RFC 9457). `code` is for programs, `detail` and `cure` are sentences for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    cure: str
    request_id: str
    errors: list[FieldError]

    model_config = example(
        {
            "type": "urn:safarichat:problem:not_found",
            "title": "Not Found",
            "status": 404,
            "detail": "There is nothing of yours under this id.",
            "code": "not_found",
            "cure": "Check the id.",
            "request_id": "5f2c1a9be0d4c377",
            "errors": [],
        }
    )


def cursor_of(*place: Any) -> str:
    """Where the next page begins, as a word without meaning for the caller."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def id_in(cursor: str) -> int:
    """Of a list in the order of its ids; 0 for the first page."""
    if not cursor:
        return 0
    match _parts(cursor):
        case [int(row_id)] if 0 < row_id < 2**63:
            return row_id
    raise _bad()


def place_in(cursor: str) -> tuple[datetime, int] | None:
    """Of a list in the order of time; None for the first page."""
    if not cursor:
        return None
    match _parts(cursor):
        case [str(at), int(row_id)] if 0 < row_id < 2**63:
            try:
                found = datetime.fromisoformat(at)
            except ValueError:
                raise _bad() from None
            if found.tzinfo is not None:
                return found, row_id
    raise _bad()


def _parts(cursor: str) -> Any:
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _bad() from None


def _bad() -> Exception:
    return unusable("cursor", "This is no cursor of this list.")
