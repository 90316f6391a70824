"""A contact: what they are known by, their conversations, and whom they were taken for."""

from django.contrib import messages as notices
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.contacts.showing import card
from safarichat.messaging import merging, parting, reading


@require_safe
@tenant_page
def contact(request: TenantRequest, contact_id: int) -> HttpResponse:
    known = card(request.account.pk, contact_id)
    if known is None:
        raise Http404
    conversations = reading.with_contact(request.account.pk, contact_id)
    return render(request, "console/contacts/contact.html", {"contact": known, "conversations": conversations})


@require_POST
@tenant_page
def undo(request: TenantRequest, merge_id: int) -> HttpResponse:
    found = parting.undo(request.account.pk, merge_id, by=request.user.pk, now=timezone.now())
    if found is None:
        raise Http404
    notices.success(request, _("They are two people again, and stay so. This is the one who was taken for the other."))
    return redirect("contact", found)


@require_POST
@tenant_page
def join(request: TenantRequest, merge_id: int) -> HttpResponse:
    found = merging.join(request.account.pk, merge_id)
    if found is None:
        raise Http404
    notices.success(request, _("They are one person again."))
    return redirect("contact", found)
