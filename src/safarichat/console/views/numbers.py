"""The account's numbers: how each stands, and everything known about one."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from safarichat.console import newswords, numberfacts, past
from safarichat.console.bodies import as_it_came
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.words import translated
from safarichat.inbox.listing import recent
from safarichat.messaging import counting
from safarichat.numbers import disconnecting, listing, recording
from safarichat.numbers.models import LIVE


@require_safe
@never_cache
@tenant_page
def numbers(request: TenantRequest) -> HttpResponse:
    template = "_list.html" if request.headers.get("HX-Request") else "numbers.html"
    return render(request, f"console/numbers/{template}", listed(request.account.pk))


@require_safe
@never_cache
@tenant_page
def stopped(request: TenantRequest) -> HttpResponse:
    """The banner of every page, for one that is open while a number stops or goes on."""
    return render(request, "console/numbers/_stopped.html")


def listed(account_id: int) -> dict[str, Any]:
    """Every number with today's counts and what waits."""
    rows = listing.all_of(account_id)
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counts = counting.since(account_id, today)
    waiting = counting.waiting(account_id, [row.pk for row in rows])
    cards = [
        {
            "row": row,
            "provider": numberfacts.provider_label(row.api_provider),
            "ends_at": numberfacts.ends_soon(row, timezone.now()),
            "counts": counts.get(row.pk, counting.Counts()),
            "waiting": waiting.get(row.pk),
        }
        for row in rows
    ]
    return {"cards": cards, "total": counting.total(counts), "now": timezone.now()}


@require_safe
@never_cache
@tenant_page
def number(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = listing.one(request.account.pk, credential_id)
    if row is None:
        raise Http404
    shown = {
        "row": row,
        "provider": numberfacts.provider_label(row.api_provider),
        "is_live": row.status in LIVE,
        "ends_at": numberfacts.ends_soon(row, timezone.now()),
        "disconnection": translated(disconnecting.steps_of(row)) if disconnecting.is_half_done(row) else None,
        "steps": numberfacts.steps(translated(recording.listed_steps(row))),
        "facts": numberfacts.facts(row),
        "problems": [_problem(entry) for entry in translated(row.error_logs)],
        "checks": translated(row.health.get("checks", [])),
        "waiting": counting.waiting(request.account.pk, [row.pk]).get(row.pk),
        "past": past.shown(row),
        "events": [_event(event) for event in recent(request.account.pk, row.pk)],
    }
    template = "_number.html" if request.headers.get("HX-Request") else "number.html"
    return render(request, f"console/numbers/{template}", shown)


def _problem(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "at": parse_datetime(str(entry.get("at") or ""))}


def _event(event: Any) -> dict[str, Any]:
    told = {"heading": newswords.heading(event.field), "about": newswords.about(event.value)}
    return {"event": event, "raw": as_it_came(event.value), **told}
