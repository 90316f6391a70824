"""What a message becomes on its way to Twilio, and what it can't become."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem, Refused

UNSUPPORTED, INVALID = 131051, 131009  # as the Cloud API says that a kind, or a value, can't be sent
OTHERWISE = N_("Change the message and send it again.")


class Shape(Struct, frozen=True, kw_only=True):
    """A content without its words: `types` with `{{1}}`, `{{2}}` … where the words belong, that `variables` hold."""

    types: Mapping[str, JSON]
    variables: Mapping[str, str]


class Draft(Struct, frozen=True, kw_only=True):
    """`form` is what the message says by itself; `shape` the content it needs. `loss`: sentences on what gets lost."""

    form: tuple[tuple[str, str], ...] = ()
    shape: Shape | None = None
    loss: tuple[str, ...] = ()


def unsupported(message: str, field: str) -> Refused:
    return _refused("kind_not_carried", UNSUPPORTED, message, field)


def invalid(message: str, field: str) -> Refused:
    return _refused("parameter_invalid", INVALID, message, field)


def _refused(key: str, code: int, message: str, field: str) -> Refused:
    problem = Problem(
        key=key, code=code, message=message, cure=OTHERWISE, details=field, fault="business", scope="message"
    )
    return Refused(problem)
