"""One request to an endpoint: what is asked, and what is kept of the answer."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings

from safarichat.endpoints import envelope
from safarichat.endpoints.recording import Tried
from safarichat.endpoints.taking import Due, Held
from safarichat.ground.addresses import Guard
from safarichat.ground.talks import Answer, Call, Lost

TIMEOUT_S = 15.0
LARGEST_ANSWER = 256 * 1024
WRONG_SECRET = (401, 403)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def guard() -> Guard:
    """A tenant's address may lead into our own network."""
    return Guard.from_setting(",".join(settings.SAFARICHAT_ALLOWED_PRIVATE_NETWORKS))


def call(due: Due, to: Held, *, with_former: bool = False) -> Call:
    """`with_former`: the one signature that Meta's header has room for is made with the former secret."""
    body = envelope.body(due.waba_id, due.field, due.value)
    all_secrets = [secret for secret in (to.secret, to.former) if secret]
    hub = to.former if with_former and to.former else to.secret
    signed = envelope.headers(body, webhook_id=due.webhook_id, at=int(time.time()), hub=hub, all_secrets=all_secrets)
    return Call(
        name="deliver",
        method="POST",
        url=to.url,
        headers=signed,
        data=body,
        timeout_s=TIMEOUT_S,
        max_bytes=LARGEST_ANSWER,
        is_routine=True,
    )


def tried(due: Due, asked: Call, answer: Answer, at: datetime) -> Tried:
    ms = round((datetime.now(UTC) - at).total_seconds() * 1000)
    request_headers = _lines(asked.headers)
    if isinstance(answer, Lost):
        return Tried(due=due, at=at, ms=ms, status=0, request_headers=request_headers, problem=answer.reason)
    return Tried(
        due=due,
        at=at,
        ms=ms,
        status=answer.status,
        request_headers=request_headers,
        response_headers=_lines({name: told for name, told in answer.headers.items() if name != "set-cookie"}),
        response=_keepable(answer.body.decode("utf-8", "replace")),
    )


def _lines(headers: Mapping[str, str]) -> str:
    return _keepable("\n".join(f"{name}: {told}" for name, told in headers.items()))


def _keepable(text: str) -> str:
    return _UNKEEPABLE.sub("\ufffd", text)
