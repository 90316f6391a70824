"""Where a person is logged in, and how they end it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from safarichat.accounts.models import Session
from safarichat.accounts.sessions import digest


@dataclass(frozen=True)
class Login:
    key: str
    started_at: datetime
    seen_at: datetime
    ip: str
    device: str
    is_current: bool


def logins(user_id: int, current_key: str | None) -> list[Login]:
    """The current one first, then by the last visit."""
    here = digest(current_key or "")
    rows = Session.objects.filter(user_id=user_id, expire_date__gt=timezone.now()).order_by("-seen_at")
    found = [
        Login(row.pk, row.started_at, row.seen_at, row.ip or "", device(row.user_agent), row.pk == here) for row in rows
    ]
    return sorted(found, key=lambda login: not login.is_current)


def count(user_id: int) -> int:
    return Session.objects.filter(user_id=user_id, expire_date__gt=timezone.now()).count()


def end(user_id: int, key: str) -> bool:
    gone, _ = Session.objects.filter(user_id=user_id, pk=key).delete()
    return bool(gone)


def end_others(user_id: int, current_key: str | None) -> int:
    gone, _ = Session.objects.filter(user_id=user_id).exclude(pk=digest(current_key or "")).delete()
    return gone


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """“Firefox · Linux”: enough to recognise one's own; empty when it says nothing known."""
    named = (next((name for mark, name in marks if mark in user_agent), "") for marks in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, named))
