"""What is so around a number, on our side: the public address, the clock, refused webhooks, the queue."""

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.utils import timezone
from msgspec.structs import replace

from safarichat import providers
from safarichat.doctor import causes
from safarichat.ground import outbound
from safarichat.ground.talks import Call, Lost
from safarichat.inbox import refusals
from safarichat.messaging.traffic import Traffic
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import address
from safarichat.numbers.problems import TOKEN_EXPIRES_SOON
from safarichat.numbers.tokens import SOON
from safarichat.providers.shapes import Problem

LOOPBACK = ("localhost", "127.0.0.1", "::1", "testserver")
CLOCKS_APART_S = 60
LONG_IN_QUEUE = timedelta(minutes=10)
PATIENCE_S = 5.0
FRESH_S = 10.0
_known: list[tuple[float, Problem | None]] = []


def address_problem() -> Problem | None:
    """Our own public address, asked as a provider would; asked anew when the last answer is `FRESH_S` old."""
    now = time.monotonic()
    if not _known or now - _known[0][0] > FRESH_S:
        _known[:] = [(now, _ask_address())]
    return _known[0][1]


def _ask_address() -> Problem | None:
    parts = urlsplit(address())
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        return replace(causes.NOT_HTTPS, details=address())
    url = f"{address()}/healthz"
    answer = outbound.ask(Call(name="own address", method="GET", url=url, timeout_s=PATIENCE_S))
    if isinstance(answer, Lost):
        is_certificate = "certificate" in answer.reason.lower()
        return replace(causes.CERTIFICATE_BAD if is_certificate else causes.UNREACHABLE, details=answer.reason)
    if answer.status != 200 or answer.body.strip() != b"ok":
        return replace(causes.SOMEBODY_ELSE, details=f"{url}: {answer.status}")
    return None


def clock_problem(date: str) -> Problem | None:
    """This server's clock beside the one in the `Date` of a provider's answer."""
    try:
        apart_s = abs(time.time() - parsedate_to_datetime(date).timestamp())
    except ValueError:
        return None
    return replace(causes.CLOCK_OFF, details=f"{apart_s:.0f} s") if apart_s > CLOCKS_APART_S else None


def refused_problems(provider: str) -> Iterator[Problem]:
    counts = refusals.lately([name for name, whose in providers.hook_names().items() if whose == provider])
    if refused := counts.get("signature", 0):
        yield replace(causes.SIGNATURES_REFUSED, details=f"{refused} in the last hour")
    if refused := counts.get("handshake", 0):
        yield replace(causes.HANDSHAKE_REFUSED, details=f"{refused} in the last hour")


def token_problems(row: OfficialWhatsappCredential) -> Iterator[Problem]:
    if row.token_expiration is None or not timezone.now() < row.token_expiration < timezone.now() + SOON:
        return
    can_renew = "refresh" in providers.get(row.api_provider).deeds
    details = row.token_expiration.isoformat(timespec="minutes")
    problem = replace(TOKEN_EXPIRES_SOON, details=details)
    yield problem if can_renew else replace(problem, repair="")


def traffic_problems(row: OfficialWhatsappCredential, traffic: Traffic) -> Iterator[Problem]:
    heard = row.last_hook_at
    if traffic.unheard_since and (heard is None or heard < traffic.unheard_since):
        yield causes.NOTHING_HEARD
    if traffic.waiting_since and timezone.now() - traffic.waiting_since > LONG_IN_QUEUE:
        yield causes.QUEUE_STANDS
