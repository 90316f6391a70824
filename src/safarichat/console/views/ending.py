"""The end of a person's account: first at the providers, then here."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from safarichat.accounts import deletion, people
from safarichat.accounts.deletion import Ending
from safarichat.console.tenant import TenantRequest, tenant_view
from safarichat.numbers import disconnecting, leaving


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view(network=True)
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete(request: TenantRequest) -> HttpResponse:
    ending = deletion.ending(request.user.pk, request.account.pk)
    if request.method != "POST":
        return _page(request, ending)
    if request.POST.get("email", "").strip().lower() != request.user.email:
        return _page(request, ending, problem=_("This is not your e-mail address. Nothing was deleted."), status=400)
    kept = _give_up_numbers(request, ending)
    if kept and not request.POST.get("anyway"):
        return _page(request, ending, kept=kept, status=409)
    if not deletion.delete_person(request.user.pk, request.account.pk, ending):
        return _page(request, deletion.ending(request.user.pk, request.account.pk), status=409)
    logout(request)
    messages.success(request, _("Your account and everything in it is deleted."))
    return redirect("account_login")


def _give_up_numbers(request: TenantRequest, ending: Ending) -> list[str]:
    """Disconnect (or hand over) every number; the names of those that the provider did not let go."""
    account_id = request.account.pk
    if ending is Ending.LEAVES:
        heir = people.owner_ids(account_id, but=request.user.pk)[0]
        leaving.hand_over(account_id, from_user_id=request.user.pk, to_user_id=heir)
    elif ending is Ending.ENDS:
        for credential in leaving.still_connected(account_id):
            disconnecting.disconnect(account_id, credential.pk, deregister=False)
        return [str(credential) for credential in leaving.still_connected(account_id)]
    return []


def _page(
    request: TenantRequest, ending: Ending, *, problem: str = "", kept: list[str] | None = None, status: int = 200
) -> HttpResponse:
    shown = {
        "ending": ending.value,
        "numbers": leaving.still_connected(request.account.pk),
        "problem": problem,
        "kept": kept or [],
    }
    return render(request, "console/settings/delete.html", shown, status=status)
