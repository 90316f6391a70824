"""The settings: what a person chooses for themselves, and the ways to everything about their login."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from safarichat.accounts import logins, people, preferences
from safarichat.accounts.forms import ProfileForm
from safarichat.console.tenant import TenantRequest, tenant_view


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view(network=True)
def settings(request: TenantRequest) -> HttpResponse:
    guessed = request.session.get(preferences.GUESSED_ZONE, "")
    form = ProfileForm(request.POST or None, instance=request.user, guessed_zone=guessed)
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings")
    shown = {
        "form": form,
        "two_step": is_mfa_enabled(request.user),
        "login_count": logins.count(request.user.pk),
        "member_count": len(people.members(request.account.pk)),
    }
    return render(request, "console/settings/settings.html", shown, status=400 if form.errors else 200)
