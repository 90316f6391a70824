"""Connect links: what the account has sent to its customers, and what came of each."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from safarichat.console.asked import is_fragment
from safarichat.console.linkforms import LinkForm
from safarichat.console.tenant import TenantRequest, tenant_view
from safarichat.numbers import links as verbs
from safarichat.numbers.links import Unusable


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@tenant_view(network=True)
def links(request: TenantRequest) -> HttpResponse:
    """The list; a POST makes one more."""
    if request.method != "POST":
        return _page(request, LinkForm())
    form = LinkForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    made = verbs.make(request.account.pk, request.user.pk, form.wanted(), timezone.now())
    if isinstance(made, Unusable):
        form.refuse(made)
        return _page(request, form, status=400)
    return _page(request, LinkForm(), status=201)


@require_POST
@tenant_view(network=True)
def revoke(request: TenantRequest, link_id: int) -> HttpResponse:
    if verbs.revoke(request.account.pk, link_id, timezone.now()) is None:
        raise Http404
    messages.success(request, _("The link opens nothing any more."))
    return redirect("connect_links")


def _page(request: TenantRequest, form: LinkForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    shown = []
    for link in verbs.listed(request.account.pk):
        state = verbs.state(link, now)
        label, color = verbs.STATES[state]
        is_live = state in ("open", "begun")
        address = verbs.address(link) if is_live else ""
        shown.append({"link": link, "label": label, "color": color, "is_live": is_live, "address": address})
    page = {"links": shown, "form": form, "here": "links"}
    template = "_links.html" if is_fragment(request) else "links.html"
    return render(request, f"console/developers/{template}", page, status=status)
