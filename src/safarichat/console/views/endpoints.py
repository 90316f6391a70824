"""Endpoints: the list, one of them, and what a person does with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from safarichat.accounts import people
from safarichat.console.endpointforms import EndpointForm, as_typed
from safarichat.console.tenant import TenantRequest, tenant_page, tenant_view
from safarichat.endpoints import fields, handshaking, managing, replaying
from safarichat.endpoints.managing import Unusable
from safarichat.endpoints.models import Endpoint
from safarichat.endpoints.posting import guard
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import listing


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def endpoints(request: TenantRequest) -> HttpResponse:
    """The list; a POST makes one more, and its answer shows the secret, this once."""
    if request.method != "POST":
        return _list(request, _form(request))
    _owners_only(request)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _list(request, form, status=400)
    try:
        made = managing.make(request.account.pk, form.wanted(), guard(), made_by=request.user.pk)
    except Unusable as problem:
        form.add_error("url", _(str(problem)))
        return _list(request, form, status=400)
    return _one(request, _found(request, made.id), secret=made.secret, status=201)


@require_safe
@tenant_page
def rows(request: TenantRequest) -> HttpResponse:
    shown = {"endpoints": managing.listed(request.account.pk)}
    return render(request, "console/developers/endpoints/_list.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def endpoint(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    row = _found(request, endpoint_id)
    if request.method != "POST":
        return _one(request, row)
    _owners_only(request)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _one(request, row, form=form, status=400)
    try:
        managing.change(request.account.pk, endpoint_id, form.wanted(), guard())
    except Unusable as problem:
        form.add_error("url", _(str(problem)))
        return _one(request, row, form=form, status=400)
    messages.success(request, _("Saved."))
    return redirect("endpoint", endpoint_id)


@require_POST
@tenant_page
def rotate(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    _owners_only(request)
    secret = managing.rotate(request.account.pk, endpoint_id, timezone.now())
    if secret is None:
        raise Http404
    return _one(request, _found(request, endpoint_id), secret=secret, status=201)


@require_POST
@tenant_page
def pause(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    _owners_only(request)
    if not managing.pause(request.account.pk, endpoint_id):
        raise Http404
    messages.success(request, _("Paused. What happens meanwhile is kept for seven days."))
    return redirect("endpoint", endpoint_id)


@require_POST
@tenant_page
def resume(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    _owners_only(request)
    if not managing.resume(request.account.pk, endpoint_id):
        raise Http404
    messages.success(request, _("Active again. Everything that waits goes out now."))
    return redirect("endpoint", endpoint_id)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def remove(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    _owners_only(request)
    row = _found(request, endpoint_id)
    if request.method != "POST":
        return render(request, "console/developers/endpoints/remove.html", {"row": row, "here": "endpoints"})
    managing.remove(request.account.pk, endpoint_id)
    messages.success(request, _("%(name)s is told nothing any more.") % {"name": row})
    return redirect("endpoints")


@require_POST
@tenant_view(network=True)
def handshake(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """Asks the program, and shows what it answered."""
    with acting_for(request.account.pk):
        _owners_only(request)
        row = _found(request, endpoint_id)
    shaken = handshaking.shake(row.url, row.verify_token, guard())
    with acting_for(request.account.pk):
        return _one(request, row, shaken=shaken)


@require_POST
@tenant_page
def test(request: TenantRequest, endpoint_id: int) -> HttpResponse:
    """A test event, or with `last` the newest real one once more."""
    if "last" in request.POST:
        delivery_id = replaying.replay_last(request.account.pk, _found(request, endpoint_id).pk)
        if delivery_id is None:
            messages.warning(request, _("Nothing has happened yet that this endpoint wants to be told."))
            return redirect("endpoint", endpoint_id)
    else:
        delivery_id = replaying.send_test(request.account.pk, endpoint_id, timezone.now())
        if delivery_id is None:
            raise Http404
    return redirect("delivery_page", endpoint_id, delivery_id)


def _found(request: TenantRequest, endpoint_id: int) -> Endpoint:
    row = managing.find(request.account.pk, endpoint_id)
    if row is None:
        raise Http404
    return row


def _form(request: TenantRequest, *given: object, **more: object) -> EndpointForm:
    return EndpointForm(listing.ever_connected(request.account.pk), *given, **more)


def _owners_only(request: TenantRequest) -> None:
    if not people.owns(request.user.pk, request.account.pk):
        raise PermissionDenied(_("Only an owner of the account may change endpoints."))


def _list(request: TenantRequest, form: EndpointForm, *, status: int = 200) -> HttpResponse:
    shown = {
        "endpoints": managing.listed(request.account.pk),
        "form": form,
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "here": "endpoints",
    }
    return render(request, "console/developers/endpoints/endpoints.html", shown, status=status)


def _one(
    request: TenantRequest,
    row: Endpoint,
    *,
    form: EndpointForm | None = None,
    secret: str = "",
    shaken: handshaking.Shaken | None = None,
    status: int = 200,
) -> HttpResponse:
    names = {each.pk: str(each) for each in listing.ever_connected(request.account.pk)}
    shown = {
        "row": row,
        "form": form or _form(request, initial=as_typed(row)),
        "secret": secret,
        "shaken": shaken,
        "handshake_said": _(shaken.message) if shaken else "",
        "numbers": [names.get(number, f"#{number}") for number in row.credential_ids or ()],
        "fields_told": [fields.ALL.get(name, name) for name in row.fields or ()],
        "kinds_told": [fields.KINDS.get(name, name) for name in row.kinds or ()],
        "overlaps": bool(row.former_until and row.former_until > timezone.now()),
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "here": "endpoints",
    }
    answer = render(request, "console/developers/endpoints/endpoint.html", shown, status=status)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer
