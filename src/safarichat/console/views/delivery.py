"""What an account chooses about messages of which nobody knows whether they arrived."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from safarichat.accounts import people
from safarichat.accounts.forms import ResendingForm
from safarichat.console.tenant import TenantRequest, tenant_page


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def delivery(request: TenantRequest) -> HttpResponse:
    is_owner = people.owns(request.user.pk, request.account.pk)
    if request.method == "POST":
        if not is_owner:
            raise PermissionDenied(_("Only an owner of the account can do that."))
        form = ResendingForm(request.POST, instance=request.account)
        if form.is_valid():
            people.choose_resending(request.account.pk, form.cleaned_data["resends_unconfirmed"])
            messages.success(request, _("Saved."))
            return redirect("delivery")
    return render(
        request,
        "console/settings/delivery.html",
        {"form": ResendingForm(instance=request.account), "is_owner": is_owner},
    )
