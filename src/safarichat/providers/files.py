"""Files at a provider: what is asked for, what comes of it. Their bytes are in the hand of whoever drives the talk."""

from msgspec import Struct

from safarichat.providers.errors import N_
from safarichat.providers.problems import Problem
from safarichat.providers.shapes import Answer, Later, Lost, Refused, Reply, Unknown

LARGEST = 100 * 1024 * 1024
PATIENCE_S = 300.0
AGAIN_S = 10.0


class Ref(Struct, frozen=True, kw_only=True):
    """A customer's file as a message names it. `url` is empty where the provider tells it when it is asked."""

    id: str
    url: str = ""


class Fetched(Struct, frozen=True, kw_only=True):
    """The file is in the hand. The rest is what the provider says of it, as far as it does; `sha256` in hex."""

    mime_type: str = ""
    sha256: str = ""
    name: str = ""


class Uploaded(Struct, frozen=True, kw_only=True):
    """The provider keeps the file, and takes its id in messages of this number for `lives_s`."""

    media_id: str
    lives_s: int


GONE = Problem(
    key="media_gone",
    message=N_("The provider keeps this file no more."),
    cure=N_("Ask the customer to send it again."),
    fault="provider",
    scope="message",
)
TOO_LARGE = Problem(
    key="media_too_large",
    code=131052,
    message=N_("This file is larger than 100 MB."),
    cure=N_("Ask the customer to send a smaller one."),
    fault="customer",
    scope="message",
)
STRANGE_ADDRESS = Problem(
    key="media_address_strange",
    message=N_("The provider named an address for this file at which it keeps none."),
    cure=N_("Fetch it again. If it happens again, send the details to whoever runs this installation."),
    fault="provider",
    scope="message",
)


def not_fetched(answer: Answer, outcome: Refused | Later | Unknown) -> Refused | Later:
    """Reading may be repeated, so no answer is only a wait; who is asked for a file he has not got says 404 or 410."""
    if isinstance(answer, Lost) and answer.reason == "answer too large":
        return Refused(TOO_LARGE)
    if isinstance(answer, Reply) and answer.status in (404, 410):
        return Refused(GONE)
    return Later(outcome.problem, "transient", AGAIN_S) if isinstance(outcome, Unknown) else outcome


def not_uploaded(outcome: Refused | Later | Unknown) -> Refused | Later:
    """An upload whose answer was lost is done once more: a file too many at the provider harms nobody."""
    return Later(outcome.problem, "transient", AGAIN_S, tries=5) if isinstance(outcome, Unknown) else outcome
