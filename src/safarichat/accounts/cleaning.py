"""What has run out and may go: sessions, throttles, cache entries, old invitations."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from psycopg import sql

from safarichat.accounts import apicalls, apikeys, throttles
from safarichat.accounts.models import Invitation
from safarichat.accounts.sessions import SessionStore

KEPT_AFTER_END = timedelta(days=30)


def clean(now: datetime) -> dict[str, int]:
    """Run daily or more often; how many of each went."""
    SessionStore.clear_expired()
    invitations, _ = Invitation.objects.filter(expires_at__lt=now - KEPT_AFTER_END).delete()
    return {
        "throttles": throttles.forget_old(),
        "cache": _expired_cache(now),
        "invitations": invitations,
        "api_calls": apicalls.forget(now),
        "api_keys": apikeys.forget_revoked(now),
    }


def _expired_cache(now: datetime) -> int:
    """Django's database cache drops entries only when it is full."""
    table = str(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {} WHERE expires < %s").format(sql.Identifier(table)), [now])
        gone: int = cursor.rowcount
    return gone
