"""What every page of an account shows beside its own: numbers that wait for a person to sign in again."""

from typing import Any

from django.http import HttpRequest

from safarichat.accounts.models import Account
from safarichat.console.words import translated
from safarichat.messaging import counting
from safarichat.numbers import listing


def stopped_numbers(request: HttpRequest) -> dict[str, Any]:
    """A function, so that only pages that show it ask the database; empty outside of an account's pages."""
    return {"stopped_numbers": lambda: _stopped(getattr(request, "account", None))}


def _stopped(account: Account | None) -> list[dict[str, Any]]:
    rows = listing.stopped(account.pk) if account else []
    waiting = counting.waiting(account.pk, [row.pk for row in rows]) if account and rows else {}
    return [
        {
            "row": row,
            "problem": translated(row.error_logs[0]) if row.error_logs else None,
            "waiting": waiting.get(row.pk),
        }
        for row in rows
    ]
