"""Meta's handshake, on request: does the program know the verify token, and give the challenge back?"""

import secrets

from django.utils.translation import gettext_noop
from msgspec import Struct

from safarichat.ground.addresses import Guard
from safarichat.ground.outbound import ADDRESS_REFUSED, ask
from safarichat.ground.talks import Call, Lost

TIMEOUT_S = 10.0
LARGEST_ANSWER = 64 * 1024
SHOWN = 500

DONE = gettext_noop("The program knows the verify token and answered as it should.")
REFUSED = gettext_noop("The program refused the verify token. Give it the one that stands here.")
WRONG_ANSWER = gettext_noop("The program answered, but not with the challenge alone, as it should.")
NO_ANSWER = gettext_noop("There was no answer. Is the program running, and its address right?")
NOT_ALLOWED = gettext_noop("This address leads into a private network, which we may not call.")


class Shaken(Struct, frozen=True, kw_only=True):
    """`message` is a sentence to be translated; `answer` the program's own words, or why there are none."""

    is_done: bool
    message: str
    status: int = 0
    answer: str = ""


def shake(url: str, verify_token: str, guard: Guard) -> Shaken:
    """Talks to the network: no transaction may be open."""
    challenge = str(secrets.randbelow(10**10)).zfill(10)
    call = Call(
        name="handshake",
        method="GET",
        url=url,
        query={"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token},
        timeout_s=TIMEOUT_S,
        max_bytes=LARGEST_ANSWER,
    )
    answer = ask(call, guard=guard)
    if isinstance(answer, Lost):
        message = NOT_ALLOWED if answer.reason == ADDRESS_REFUSED else NO_ANSWER
        return Shaken(is_done=False, message=message, answer=answer.reason)
    said = answer.body.decode("utf-8", "replace").replace("\x00", "")[:SHOWN]
    is_done = answer.status == 200 and said.strip() == challenge
    message = DONE if is_done else REFUSED if answer.status in (401, 403) else WRONG_ANSWER
    return Shaken(is_done=is_done, message=message, status=answer.status, answer=said)
