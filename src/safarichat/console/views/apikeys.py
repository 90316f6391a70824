"""API keys: what the account's programs show instead of a login."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from safarichat.accounts import apikeys, people
from safarichat.accounts.apikeys import TooManyKeys
from safarichat.console.keyforms import ApiKeyForm
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.numbers import listing


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def keys(request: TenantRequest) -> HttpResponse:
    """The list; a POST makes one more, and its answer shows the key, this once."""
    if request.method != "POST":
        return _page(request, _form(request))
    _owners_only(request)
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    now = timezone.now()
    try:
        _row, key = apikeys.make(
            request.account.pk,
            form.cleaned_data["name"],
            form.cleaned_data["scopes"],
            credential_ids=form.credential_ids(),
            addresses=form.cleaned_data["addresses"],
            expires_at=form.expires_at(now),
            created_by=request.user.pk,
        )
    except TooManyKeys:
        form.add_error(None, _("This account has as many keys as it may have. Revoke one that is not used any more."))
        return _page(request, form, status=400)
    answer = _page(request, _form(request), key=key, status=201)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@tenant_page
def revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    _owners_only(request)
    if not apikeys.revoke(request.account.pk, key_id, timezone.now()):
        raise Http404
    messages.success(request, _("The key opens nothing any more."))
    return redirect("api_keys")


def _form(request: TenantRequest, *given: object) -> ApiKeyForm:
    return ApiKeyForm(listing.ever_connected(request.account.pk), *given)


def _owners_only(request: TenantRequest) -> None:
    if not people.owns(request.user.pk, request.account.pk):
        raise PermissionDenied(_("Only an owner of the account may make or revoke keys."))


def _page(request: TenantRequest, form: ApiKeyForm, *, key: str = "", status: int = 200) -> HttpResponse:
    names = {row.pk: str(row) for row in listing.ever_connected(request.account.pk)}
    rows = [
        {"row": row, "numbers": [names.get(number, f"#{number}") for number in row.credential_ids or ()]}
        for row in apikeys.all_of(request.account.pk)
    ]
    shown = {
        "keys": rows,
        "form": form,
        "key": key,
        "now": timezone.now(),
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "here": "keys",
    }
    return render(request, "console/developers/keys.html", shown, status=status)
