"""Where the person is logged in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from safarichat.accounts import logins
from safarichat.console.tenant import TenantRequest, tenant_view


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view(network=True)
def login_list(request: TenantRequest) -> HttpResponse:
    """A POST ends all but this one."""
    if request.method == "POST":
        ended = logins.end_others(request.user.pk, request.session.session_key)
        messages.success(request, ngettext("%d login ended.", "%d logins ended.", ended) % ended)
        return redirect("login_list")
    found = logins.logins(request.user.pk, request.session.session_key)
    return render(request, "console/settings/logins.html", {"logins": found})


@require_POST
@tenant_view(network=True)
def login_end(request: TenantRequest, key: str) -> HttpResponse:
    if not logins.end(request.user.pk, key):
        raise Http404
    messages.success(request, _("This login has ended."))
    return redirect("login_list")
