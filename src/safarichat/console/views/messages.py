"""What a person can do with a message that did not arrive, or has not left yet."""

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.messaging import reading, retrying
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


def _conversation_of(request: TenantRequest, message_id: int) -> int:
    known = reading.message(request.account.pk, message_id)
    if known is None:
        raise Http404
    return known[0]
