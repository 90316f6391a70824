"""Is everything in place for a sign-in to succeed? Asked before the person is sent to the provider."""

import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

from safarichat import providers
from safarichat.ground.outbound import run_talk
from safarichat.ground.talks import Answer, Call, Reply
from safarichat.numbers.asking import within
from safarichat.numbers.platform import platform
from safarichat.providers.shapes import Check, Way

PATIENCE_S = 8.0
CLOCKS_APART_S = 60
LOOPBACK = ("localhost", "127.0.0.1", "::1", "testserver")
TELL_OPERATOR = gettext_noop("Ask whoever runs this installation: “safarichat check” says what to do.")


def checks(provider: str, way: Way, origin: str, *, tell_settings: bool) -> list[Check]:
    """One row per condition of this way. `origin` is where the person's browser has this page from; `tell_settings`:
    name those that are missing, to whoever can set them."""
    place = platform(provider)
    missing = providers.get(provider).missing_settings(place, way.mode)
    found = [_settings(missing, tell_settings), _https()]
    if way.flow != "form":  # nobody leaves this page and has to find back
        found.append(_origin(origin))
    if missing or way.flow == "form":
        return found
    dates: list[str] = []
    ask = within(PATIENCE_S)

    def asked(call: Call) -> Answer:
        answer = ask(call)
        if isinstance(answer, Reply) and answer.headers.get("date"):
            dates.append(answer.headers["date"])
        return answer

    hooks = run_talk(providers.get(provider).hooks(place), asked)
    return [*found, *hooks.checks, *([_clock(dates[-1])] if dates else [])]


def _settings(missing: list[str], tell: bool) -> Check:
    if missing:
        message = gettext_noop("Settings of this installation are missing.")
        details = ", ".join(missing) if tell else ""
        return Check(name="settings", ok=False, message=message, cure=TELL_OPERATOR, details=details)
    return Check(name="settings", ok=True, message=gettext_noop("This installation has the settings for this way."))


def _https() -> Check:
    address = urlsplit(settings.SAFARICHAT_BASE_URL)
    if address.scheme == "https" or address.hostname in LOOPBACK:
        return Check(name="address", ok=True, message=gettext_noop("The public address is a secure one."))
    message = gettext_noop("The public address is not https: sign-in and webhooks need it.")
    return Check(name="address", ok=False, message=message, cure=TELL_OPERATOR, details=settings.SAFARICHAT_BASE_URL)


def _origin(origin: str) -> Check:
    if origin == settings.SAFARICHAT_BASE_URL:
        return Check(name="page", ok=True, message=gettext_noop("You are on the address that the sign-in knows."))
    return Check(
        name="page",
        ok=False,
        message=gettext_noop("You opened this page under another address than the one that the sign-in knows."),
        cure=gettext_noop("Open it under the address in the details."),
        details=settings.SAFARICHAT_BASE_URL,
    )


def _clock(date: str) -> Check:
    try:
        apart_s = abs(time.time() - parsedate_to_datetime(date).timestamp())
    except ValueError:
        apart_s = 0
    if apart_s <= CLOCKS_APART_S:
        return Check(name="clock", ok=True, message=gettext_noop("This server's clock is right."))
    message = gettext_noop("This server's clock is wrong: sign-in codes are good for seconds only.")
    return Check(name="clock", ok=False, message=message, cure=TELL_OPERATOR, details=f"{apart_s:.0f} s")
