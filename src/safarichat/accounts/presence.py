"""Who is behind a session, for streams that outlive a request."""

from collections.abc import Collection
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from safarichat.accounts.models import Session
from safarichat.accounts.people import account_of
from safarichat.accounts.sessions import SessionStore, digest


@dataclass(frozen=True)
class Login:
    user_id: int
    account_id: int
    session_digest: str


def of_session(session_key: str) -> Login | None:
    """The login that a session cookie stands for; None when it stands for nobody."""
    asked = cast(HttpRequest, SimpleNamespace(session=SessionStore(session_key)))  # all that get_user looks at
    user = get_user(asked)
    if user.pk is None:
        return None
    return Login(user.pk, account_of(user.pk).pk, digest(session_key))


def alive(logins: Collection[Login]) -> set[Login]:
    """Those that have not ended since."""
    rows = Session.objects.filter(pk__in={login.session_digest for login in logins}, expire_date__gt=timezone.now())
    users = dict(rows.values_list("pk", "user_id"))
    return {login for login in logins if users.get(login.session_digest) == login.user_id}
