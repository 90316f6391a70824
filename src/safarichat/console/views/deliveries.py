"""What an endpoint was told: the log, one delivery with its event and tries, and making it once more."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from safarichat.accounts import people
from safarichat.console.endpointforms import RangeForm
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.endpoints import browsing, managing, replaying
from safarichat.endpoints.models import Delivery, Endpoint
from safarichat.endpoints.telling import LIFE_DAYS

COLORS = {"waiting": "info", "delivered": "success", "failed": "warning", "dead": "danger"}


@require_safe
@tenant_page
def deliveries(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    return render(request, "console/developers/endpoints/deliveries.html", _shown(request, endpoint_id))


@require_safe
@tenant_page
def newest(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """The rows alone, for a page that stays open."""
    return render(request, "console/developers/endpoints/_deliveries.html", _shown(request, endpoint_id))


@require_safe
@tenant_page
def delivery(request: TenantRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    return render(request, "console/developers/endpoints/delivery.html", _details(request, endpoint_id, delivery_id))


@require_safe
@tenant_page
def state(request: TenantRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    return render(request, "console/developers/endpoints/_delivery.html", _details(request, endpoint_id, delivery_id))


@require_POST
@tenant_page
def replay(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """One by its id, what failed in the last days, or everything of a time."""
    account_id = request.account.pk
    if not people.owns(request.user.pk, account_id):
        return _said(request, endpoint_id, 0, _("Only an owner of the account may send events again."))
    if request.POST.get("delivery", "").isdecimal():
        count = replaying.replay(account_id, endpoint_id, [int(request.POST["delivery"][:18])])
        return redirect("delivery_page", endpoint_id, request.POST["delivery"]) if count else _none()
    if "failed" in request.POST:
        since = timezone.now() - timedelta(days=2 * LIFE_DAYS)
        return _said(request, endpoint_id, replaying.replay_failed(account_id, endpoint_id, since))
    form = RangeForm(request.POST)
    if not form.is_valid():
        shown = {**_shown(request, endpoint_id), "form": form}
        return render(request, "console/developers/endpoints/deliveries.html", shown, status=400)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    return _said(request, endpoint_id, replaying.replay_between(account_id, endpoint_id, since, until))


def _said(request: TenantRequest, endpoint_id: int, count: int, refused: str = "") -> HttpResponse:
    if refused:
        messages.error(request, refused)
    elif count:
        said = ngettext("%d event goes out again.", "%d events go out again.", count) % count
        messages.success(request, said)
    else:
        messages.warning(request, _("There is nothing to send again."))
    return redirect("deliveries", endpoint_id)


def _none() -> HttpResponse:
    raise Http404


def _endpoint(request: TenantRequest, endpoint_id: int) -> Endpoint:
    row = managing.find(request.account.pk, endpoint_id)
    if row is None:
        raise Http404
    return row


def _shown(request: TenantRequest, endpoint_id: int) -> dict[str, object]:
    chosen, before = request.GET.get("state", ""), request.GET.get("before", "")
    page = browsing.deliveries(
        request.account.pk,
        endpoint_id,
        state=chosen,
        before=int(before[:18]) if before.isascii() and before.isdigit() else 0,
    )
    return {
        "row": _endpoint(request, endpoint_id),
        "deliveries": [(one, COLORS[one.state]) for one in page.rows],
        "before": page.before,
        "state": chosen,
        "states": [("", _("All")), *Delivery.State.choices],
        "form": RangeForm(),
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "here": "endpoints",
    }


def _details(request: TenantRequest, endpoint_id: int, delivery_id: int) -> dict[str, object]:
    found = browsing.delivery(request.account.pk, endpoint_id, delivery_id)
    if found is None:
        raise Http404
    return {
        "row": found.endpoint,
        "delivery": found,
        "color": COLORS[found.state],
        "tries": browsing.tries(request.account.pk, delivery_id),
        "body": browsing.shown(found.event),
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "here": "endpoints",
    }
