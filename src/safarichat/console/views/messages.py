"""One message: its timeline, and what a person can do when it did not arrive, or has not left yet."""

from typing import Any

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from safarichat.console import lives, providerlog
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.messaging import retrying, settling, thread
from safarichat.messaging.timeline import life
from safarichat.providers.shapes import Refused


@require_POST
@tenant_page
def retry(request: TenantRequest, message_id: int) -> HttpResponse:
    """By a person, so also for an unconfirmed one: they have asked the customer."""
    conversation_id = _conversation_of(request, message_id)
    result = retrying.retry(request.account.pk, message_id, sent_by=request.user.pk)
    if isinstance(result, Refused):
        notices.error(request, f"{_(result.problem.message)} {_(result.problem.cure)}".strip())
    return redirect("conversation", conversation_id)


@require_POST
@tenant_page
def cancel(request: TenantRequest, message_id: int) -> HttpResponse:
    conversation_id = _conversation_of(request, message_id)
    if not retrying.cancel(request.account.pk, message_id):
        notices.warning(request, _("It had left already, so it could not be cancelled."))
    return redirect("conversation", conversation_id)


@require_POST
@tenant_page
def leave(request: TenantRequest, message_id: int) -> HttpResponse:
    conversation_id = _conversation_of(request, message_id)
    if not settling.leave(request.account.pk, message_id):
        notices.warning(request, _("There is nothing to decide any more."))
    return redirect("conversation", conversation_id)


@require_safe
@tenant_page
def details(request: TenantRequest, message_id: int) -> HttpResponse:
    told = _life(request, message_id)
    return render(request, "console/messages/details.html", {**told, "log_query": providerlog.about(told["life"])})


@require_safe
@tenant_page
def timeline(request: TenantRequest, message_id: int) -> HttpResponse:
    return render(request, "console/messages/_timeline.html", _life(request, message_id))


def _life(request: TenantRequest, message_id: int) -> dict[str, Any]:
    known = life(request.account.pk, message_id)
    if known is None:
        raise Http404
    return {"life": known, "moments": [lives.told(moment) for moment in known.moments], "facts": lives.facts(known)}


def _conversation_of(request: TenantRequest, message_id: int) -> int:
    known = thread.message(request.account.pk, message_id)
    if known is None:
        raise Http404
    return known[0]
