"""The session engine: Django's database sessions, with the person's id in a column of its own."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from safarichat.accounts.models import Session


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session: Session = super().create_model_instance(data)  # type: ignore[assignment]  # our model, see above
        session.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        return session
