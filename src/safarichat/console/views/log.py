"""A number's log: what went out to its provider and what came in, searched, opened, understood again."""

from datetime import timedelta
from typing import Any

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat.accounts import throttles
from safarichat.console import logwords, providerlog
from safarichat.console.asked import Refusal, endpoint, is_fragment, json_answer, no_such_number, prefers_html
from safarichat.console.numberfacts import provider_label
from safarichat.console.providerlog import Asked
from safarichat.console.tenant import TenantRequest
from safarichat.ground.tenancy import acting_for
from safarichat.inbox import browsing, heard
from safarichat.messaging import departures
from safarichat.numbers import calls, listing
from safarichat.numbers.logged import HIGHEST
from safarichat.numbers.models import OfficialWhatsappCredential

SEARCHES_PER_MINUTE = 60
REPLAYS_PER_MINUTE = 30


@require_safe
@never_cache
@endpoint
def log(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = _found(request, credential_id)
    asked = Asked.read(request.GET)
    if asked.text:
        _throttle(f"log search:{request.account.pk}", SEARCHES_PER_MINUTE)
    page = providerlog.page(row, asked)
    shown: dict[str, Any] = {
        "row": row,
        "asked": asked,
        "page": page,
        "lines": [logwords.line(entry) for entry in page.entries],
        "older": asked.query(page.next_before) if page.next_before else "",
    }
    if is_fragment(request):
        return render(request, "console/numbers/_log.html", shown)
    with acting_for(row.account_id):
        seen, newest = heard.seen(row.account_id, row.pk), providerlog.newest(row)
        shown |= {
            "provider": provider_label(row.api_provider),
            "seen": [(logwords.kind_label("in", one.field), one.field, one.last_at) for one in seen],
            "newest": newest,
            "kinds": logwords.kinds(seen),
            "now": timezone.now().isoformat(),
            "today": timezone.localdate(),
            "first_day": timezone.localdate() - timedelta(days=90),
        }
        return render(request, "console/numbers/log.html", shown)


@require_safe
@never_cache
@endpoint
def newer(request: TenantRequest, credential_id: int) -> HttpResponse:
    """Whether something happened since the page was made: an open log does not move under who reads it."""
    row = _found(request, credential_id)
    since = _time(request.GET.get("since", ""))
    with acting_for(row.account_id):
        ats = [at for at in providerlog.newest(row).values() if at]
        is_newer = since is not None and any(at > since for at in ats)
        query = Asked.read(request.GET).query()
        return render(request, "console/numbers/_log_newer.html", {"row": row, "is_newer": is_newer, "query": query})


@require_safe
@never_cache
@endpoint
def entry(request: TenantRequest, credential_id: int, source: str, entry_id: int) -> HttpResponse:
    row = _found(request, credential_id)
    return _shown(request, row, _opened(row, source, entry_id))


@require_POST
@endpoint
def understand_again(request: TenantRequest, credential_id: int, hook_id: int) -> HttpResponse:
    """This number's part of the hook only. What is here already stays as it is."""
    row = _found(request, credential_id)
    opened = browsing.open_one(row, hook_id) if hook_id <= HIGHEST else None
    if opened is None or opened.own is None:
        raise _no_such_entry()
    _throttle(f"understand again:{row.pk}", REPLAYS_PER_MINUTE)
    reason = "\n".join(_(line) for line in browsing.understand_again(row, opened).splitlines())
    if not prefers_html(request):
        return json_answer({"ok": not reason, "reason": reason})
    if is_fragment(request):
        return _shown(request, row, {**_opened(row, "hooks", hook_id), "is_again": True, "again": reason})
    if reason:
        notices.error(request, reason)
    else:
        notices.success(request, _("Understood."))
    return redirect("number_log_entry", row.pk, "hooks", hook_id)


def _opened(row: OfficialWhatsappCredential, source: str, entry_id: int) -> dict[str, Any]:
    if entry_id > HIGHEST:
        raise _no_such_entry()
    match source:
        case "calls":
            return _call(row, entry_id)
        case "sends":
            return _send(row, entry_id)
        case "hooks":
            return _hook(row, entry_id)
    raise _no_such_entry()


def _call(row: OfficialWhatsappCredential, entry_id: int) -> dict[str, Any]:
    with acting_for(row.account_id):
        call = calls.find(row.account_id, row.pk, entry_id)
    if call is None:
        raise _no_such_entry()
    return {
        "call": call,
        "kind": logwords.kind_label("out", call.kind),
        "curl": logwords.as_curl(call),
        "request_text": logwords.pretty(call.request),
        "response_text": logwords.pretty(call.response),
    }


def _send(row: OfficialWhatsappCredential, entry_id: int) -> dict[str, Any]:
    with acting_for(row.account_id):
        attempt = departures.find(row.account_id, row.pk, entry_id)
    if attempt is None:
        raise _no_such_entry()
    problem = attempt.problem if isinstance(attempt.problem, dict) else {}
    return {
        "attempt": attempt,
        "outcome": logwords.OUTCOMES.get(attempt.outcome, attempt.outcome),
        "took": attempt.ended_at - attempt.started_at if attempt.ended_at else None,
        "problem": problem,
        "cause": _(str(problem["message"])) if problem.get("message") else "",
        "cure": _(str(problem["cure"])) if problem.get("cure") else "",
        "body": logwords.body_text(attempt.message.body),
    }


def _hook(row: OfficialWhatsappCredential, entry_id: int) -> dict[str, Any]:
    opened = browsing.open_one(row, entry_id)
    if opened is None:
        raise _no_such_entry()
    problem = _(opened.entry.problem) if opened.entry.problem else ""
    shown: dict[str, Any] = {"hook": opened.entry, "own": opened.own, "problem": problem}
    shown["line"] = logwords.line(opened.entry)
    if opened.own is None:
        return shown
    events = opened.own.events
    with acting_for(row.account_id):
        ours = departures.known_as(row.account_id, row.pk, logwords.theirs(events))
    return shown | {
        "text": logwords.hook_text(opened.own),
        "address": logwords.hook_line(opened.own),
        "size": len(opened.own.hook.body),
        "came_of": logwords.came_of(events, ours),
        "more": max(0, len(events) - logwords.MOST_OUTCOMES),
    }


def _shown(request: TenantRequest, row: OfficialWhatsappCredential, opened: dict[str, Any]) -> HttpResponse:
    template = "_log_entry.html" if is_fragment(request) else "log_entry.html"
    with acting_for(row.account_id):
        return render(request, f"console/numbers/{template}", {"row": row, **opened})


def _found(request: TenantRequest, credential_id: int) -> OfficialWhatsappCredential:
    with acting_for(request.account.pk):
        row = listing.one(request.account.pk, credential_id)
    if row is None:
        raise no_such_number()
    return row


def _no_such_entry() -> Refusal:
    told = _("There is no such entry in this number's log.")
    return Refusal(404, "not_found", told, _("It may be older than what is kept."))


def _throttle(key: str, per_minute: int) -> None:
    if wait_s := throttles.allow(key, limit=per_minute, per_s=60):
        told = _("You did this too often in a short time.")
        cure = _("Wait %(seconds)s seconds, then try again.") % {"seconds": wait_s}
        raise Refusal(429, "too_many", told, cure, **{"Retry-After": str(wait_s)})


def _time(text: str) -> Any:
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo else None
