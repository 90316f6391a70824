"""The session engine: Django's database sessions, of which the database holds no secret.

The row is found by a digest of the key, so that a dump lets nobody in, and what is in it is sealed: the secret of an
authenticator app being set up passes through it.
"""

import json
import logging
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from safarichat.accounts.models import Session
from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen

LOGIN = "login"  # where, when and with what the person logged in: see `note_login`
SEEN_EVERY = timedelta(minutes=5)

log = logging.getLogger(__name__)


def digest(session_key: str) -> str:
    """The key under which the database knows a session."""
    return sha256(session_key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()
        if row is None:
            return {}
        try:
            data: dict[str, Any] = json.loads(fields.opened(row, "session_data"))
        except CannotOpen as problem:
            log.warning("a session could not be opened and has ended: %s", problem)
            return {}
        self.seen_at: datetime | None = row.seen_at
        return data

    def exists(self, session_key: str | None) -> bool:
        return bool(session_key) and Session.objects.filter(pk=digest(session_key or "")).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = Session(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]  # missing in the stubs
            expire_date=self.get_expiry_date(),
            user_id=int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None,
            seen_at=timezone.now(),
            **_login_of(data),
        )
        fields.seal(row, "session_data", json.dumps(data))
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(pk=digest(key)).delete()

    def note_login(self, ip: str, user_agent: str) -> None:
        """Remember how the person came in, for their list of logins."""
        self[LOGIN] = {"at": timezone.now().isoformat(), "ip": ip, "user_agent": user_agent[:200]}

    def note_visit(self, now: datetime) -> None:
        """Keep the time of the last visit, to a few minutes: a row is not written for every page."""
        seen_at = getattr(self, "seen_at", None)
        if seen_at and now - seen_at > SEEN_EVERY and self.session_key:
            Session.objects.filter(pk=digest(self.session_key)).update(seen_at=now)

    def _get_session_from_db(self) -> Session | None:
        row = Session.objects.filter(pk=digest(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row


def _login_of(data: dict[str, Any]) -> dict[str, Any]:
    login = data.get(LOGIN)
    if not login:
        return {"started_at": timezone.now()}
    return {
        "started_at": datetime.fromisoformat(login["at"]),
        "ip": login["ip"] or None,
        "user_agent": login["user_agent"],
    }
