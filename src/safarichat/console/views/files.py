"""What a person can do with a file that did not come."""

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.views.inbox import found
from safarichat.media import fetching


@require_POST
@tenant_page
def fetch_again(request: TenantRequest, conversation_id: int, file_id: int) -> HttpResponse:
    found(request, conversation_id)
    if not fetching.again(request.account.pk, file_id):
        notices.warning(
            request, _("This file can't be fetched again: it is here already, or the provider has it no more.")
        )
    return redirect("conversation", conversation_id)
