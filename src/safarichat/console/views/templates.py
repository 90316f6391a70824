"""Templates under a thread: choosing one, sending it, and fetching the list anew."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from safarichat.accounts import throttles
from safarichat.console import picker
from safarichat.console.asked import Refusal, endpoint, is_fragment, no_such_number
from safarichat.console.features import switchable
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.views.inbox import found, thread_page
from safarichat.message_templates.syncing import sync
from safarichat.messaging.queueing import Order, queue
from safarichat.messaging.reading import Listed
from safarichat.numbers import rows
from safarichat.providers.shapes import Refused

FETCHES_PER_MINUTE = 6
TOKEN_LENGTH = 64


@require_safe
@never_cache
@switchable("templates")
@tenant_page
def choose(request: TenantRequest, conversation_id: int) -> HttpResponse:
    head = found(request, conversation_id)
    return _shown(request, head, picker.picker_for(head, request.GET.dict(), request.account.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@switchable("templates")
@tenant_page
def send(request: TenantRequest, conversation_id: int) -> HttpResponse:
    """GET answers who came back from the login page to where they had sent a form."""
    head = found(request, conversation_id)
    form = request.POST.dict()
    chosen = picker.chosen_in(request.account.pk, head.credential_id, form)
    if request.method != "POST" or chosen is None:
        return redirect("choose_template", head.id)
    values, token = picker.values_in(form), form.get("form_token", "")[:TOKEN_LENGTH]
    if not picker.is_complete(chosen, values):
        return _shown(request, head, picker.opened(head.credential_id, chosen, values, is_sent=True), status=422)
    order = Order(
        credential_id=head.credential_id,
        conversation_id=head.id,
        body=picker.message(chosen, values),
        sent_by=request.user.pk,
        form_token=token or None,
    )
    (result,) = queue(request.account.pk, [order], now=timezone.now())
    if isinstance(result, Refused):
        told = {"error": _(result.problem.message), "cure": _(result.problem.cure) if result.problem.cure else ""}
        again = picker.opened(head.credential_id, chosen, values, is_sent=True, form_token=token, **told)
        return _shown(request, head, again, status=422)
    if is_fragment(request):
        return render(request, "console/inbox/_picker_sent.html", {"head": head, "name": chosen.name})
    return redirect("conversation", head.id)


def _shown(request: TenantRequest, head: Listed, shown: picker.Picker, *, status: int = 200) -> HttpResponse:
    if is_fragment(request):
        return render(request, "console/inbox/_picker.html", {"head": head, "picker": shown}, status=status)
    return thread_page(request, head.id, picker=shown, status=status)


@require_POST
@switchable("templates")
@endpoint
def fetch(request: TenantRequest, credential_id: int) -> HttpResponse:
    """Ask the provider for the list now, then back to where the person was."""
    if rows.find(request.account.pk, credential_id) is None:
        raise no_such_number()
    if wait_s := throttles.allow(f"templates:{credential_id}", limit=FETCHES_PER_MINUTE, per_s=60):
        told = _("You did this too often in a short time.")
        cure = _("Wait %(seconds)s seconds, then try again.") % {"seconds": wait_s}
        raise Refusal(429, "too_many", told, cure, **{"Retry-After": str(wait_s)})
    if problem := sync(request.account.pk, credential_id):
        messages.error(request, f"{_(problem.message)} {_(problem.cure) if problem.cure else ''}".strip())
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "inbox")
