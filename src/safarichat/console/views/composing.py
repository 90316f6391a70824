"""Writing a reply, and keeping its draft."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from safarichat.console import attaching, features
from safarichat.console.composer import Composer, cleaned, fault_of
from safarichat.console.errors import json_error
from safarichat.console.tenant import TenantRequest, tenant_page, tenant_view
from safarichat.console.views.inbox import found, thread_page
from safarichat.ground.tenancy import acting_for
from safarichat.media import keeping
from safarichat.media.models import File
from safarichat.media.receiving import SpooledUpload
from safarichat.messaging import drafts, thread
from safarichat.messaging.queueing import Order, queue
from safarichat.messaging.reading import Listed
from safarichat.providers.shapes import Refused

TOKEN_LENGTH = 64


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@tenant_view(network=True)
def messages(request: TenantRequest, conversation_id: int) -> HttpResponse:
    """GET answers who came back from the login page to where they had sent a form."""
    if request.method != "POST":
        return redirect("conversation", conversation_id)
    with acting_for(request.account.pk):
        head = found(request, conversation_id)
    upload = request.FILES.get("file")
    if isinstance(upload, SpooledUpload) and upload.name:
        if not features.is_on("media"):
            upload.close()
            return features.switched_off(request, "media")
        return _send_file(request, head, upload)
    with acting_for(request.account.pk):
        return _send_text(request, head)


def _send_text(request: TenantRequest, head: Listed) -> HttpResponse:
    text = cleaned(request.POST.get("text", ""))
    if fault := fault_of(text):
        return _refused(request, head, text, *fault)
    return _queue(request, head, text, {"type": "text", "text": {"body": text}})


def _send_file(request: TenantRequest, head: Listed, upload: SpooledUpload) -> HttpResponse:
    """The file is in the store before its row and its message are written; when they are not, it goes again."""
    text = cleaned(request.POST.get("text", ""))
    file = attaching.caption_fault(text) or attaching.stored(request.account.pk, upload)
    if isinstance(file, attaching.Fault):
        return _not_taken(request, head, text, file)
    try:
        with acting_for(request.account.pk):
            kept = keeping.keep(file, uploaded_by=request.user.pk, now=timezone.now())
            response = _queue(request, head, text, attaching.body_of(kept, text), file=kept)
    except BaseException:
        keeping.drop(file)
        raise
    if response.status_code >= 400 or not _is_used(request, file):
        keeping.drop(file)
    return response


def _queue(
    request: TenantRequest, head: Listed, text: str, body: dict[str, Any], *, file: keeping.Kept | None = None
) -> HttpResponse:
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
    if file is None or file.kind in attaching.CAPTIONED:  # else the words are still to be sent
        drafts.take(request.account.pk, head.id, request.user.pk)
    if not request.headers.get("HX-Request"):
        return redirect("conversation", head.id)
    response = _composer(request, head, Composer.fresh(request, head))
    response["HX-Trigger"] = "sc:sent"
    return response


def _not_taken(request: TenantRequest, head: Listed, text: str, fault: attaching.Fault) -> HttpResponse:
    """Our script keeps the form as it stands, with its file; without a script the page comes back with the text."""
    if request.headers.get("HX-Request"):
        return json_error(request, fault.status, fault.code, fault.message, fault.cure)
    with acting_for(request.account.pk):
        return _refused(request, head, text, fault.message, fault.cure, status=fault.status)


def _is_used(request: TenantRequest, file: File) -> bool:
    """Not when the form had been sent before: then its first file went along."""
    with acting_for(request.account.pk):
        return keeping.is_used(request.account.pk, file.pk)


def _is_the_same(request: TenantRequest, message_id: int, text: str, body: dict[str, Any]) -> bool:
    """A form sent twice says twice the same; another text in it (after the back button) must not vanish."""
    known = thread.message(request.account.pk, message_id)
    if known is None:
        return True
    _conversation, entry = known
    return entry.kind == body["type"] and (entry.kind != "text" or entry.text == text)


def _refused(
    request: TenantRequest,
    head: Listed,
    text: str,
    error: str,
    cure: str,
    *,
    keeps_token: bool = True,
    status: int = 422,
) -> HttpResponse:
    token = request.POST.get("form_token", "")[:TOKEN_LENGTH] if keeps_token else ""
    composer = Composer.fresh(request, head, text=text, error=error, cure=cure, form_token=token)
    if request.headers.get("HX-Request"):
        return _composer(request, head, composer, status=status)
    return thread_page(request, head.id, composer, status=status)


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
