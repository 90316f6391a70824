"""Writing a reply, and keeping its draft."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from safarichat.console.composer import Composer, cleaned, fault_of
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.views.inbox import found, thread_page
from safarichat.messaging import drafts, reading
from safarichat.messaging.queueing import Order, queue
from safarichat.messaging.reading import Listed
from safarichat.providers.shapes import Refused

TOKEN_LENGTH = 64


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@tenant_page
def messages(request: TenantRequest, conversation_id: int) -> HttpResponse:
    """GET answers who came back from the login page to where they had sent a form."""
    if request.method != "POST":
        return redirect("conversation", conversation_id)
    head = found(request, conversation_id)
    text = cleaned(request.POST.get("text", ""))
    if fault := fault_of(text):
        return _refused(request, head, text, *fault)
    return _queue(request, head, text, {"type": "text", "text": {"body": text}})


def _queue(request: TenantRequest, head: Listed, text: str, body: dict[str, Any]) -> HttpResponse:
    token = request.POST.get("form_token", "")[:TOKEN_LENGTH]
    order = Order(
        credential_id=head.credential_id,
        conversation_id=head.id,
        body=body,
        sent_by=request.user.pk,
        form_token=token or None,
    )
    (result,) = queue(request.account.pk, [order], now=timezone.now())
    if isinstance(result, Refused):
        return _refused(request, head, text, _(result.problem.message), _(result.problem.cure))
    if result.repeated and not _is_the_same(request, result.message_id, text, body):
        told = _("This form had been used for another message already, so this text was not sent.")
        return _refused(request, head, text, told, _("Send it again from here."), keeps_token=False)
    drafts.take(request.account.pk, head.id, request.user.pk)
    if not request.headers.get("HX-Request"):
        return redirect("conversation", head.id)
    response = _composer(request, head, Composer.fresh(request, head))
    response["HX-Trigger"] = "sc:sent"
    return response


def _is_the_same(request: TenantRequest, message_id: int, text: str, body: dict[str, Any]) -> bool:
    """A form sent twice says twice the same; another text in it (after the back button) must not vanish."""
    known = reading.message(request.account.pk, message_id)
    if known is None:
        return True
    _conversation, entry = known
    return entry.kind == body["type"] and (entry.kind != "text" or entry.text == text)


def _refused(
    request: TenantRequest, head: Listed, text: str, error: str, cure: str, *, keeps_token: bool = True
) -> HttpResponse:
    token = request.POST.get("form_token", "")[:TOKEN_LENGTH] if keeps_token else ""
    composer = Composer.fresh(request, head, text=text, error=error, cure=cure, form_token=token)
    if request.headers.get("HX-Request"):
        return _composer(request, head, composer, status=422)
    return thread_page(request, head.id, composer, status=422)


@require_http_methods(["GET", "HEAD"])
@never_cache
@tenant_page
def composer(request: TenantRequest, conversation_id: int) -> HttpResponse:
    head = found(request, conversation_id)
    return _composer(request, head, Composer.fresh(request, head))


def _composer(request: TenantRequest, head: Listed, composer: Composer, *, status: int = 200) -> HttpResponse:
    return render(request, "console/inbox/_composer.html", {"head": head, "composer": composer}, status=status)


@require_POST
@tenant_page
def draft(request: TenantRequest, conversation_id: int) -> HttpResponse:
    head = found(request, conversation_id)
    text = request.POST.get("text", "").replace("\x00", "")
    token = request.POST.get("form_token", "")[:TOKEN_LENGTH]
    drafts.keep(request.account.pk, head.id, request.user.pk, text, form_token=token)
    return HttpResponse(status=204)
