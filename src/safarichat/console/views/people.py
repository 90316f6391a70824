"""The people of an account: who they are, invitations, and how somebody leaves."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from safarichat.accounts import invitations, people
from safarichat.accounts.adapter import INVITATION
from safarichat.accounts.forms import AccountNameForm, InvitationForm
from safarichat.console.errors import error_page
from safarichat.console.tenant import TenantRequest, tenant_view
from safarichat.numbers import leaving


@require_safe
@tenant_view(network=True)
def people_page(request: TenantRequest) -> HttpResponse:
    return _page(request)


@require_POST
@tenant_view(network=True)
def rename(request: TenantRequest) -> HttpResponse:
    _owners_only(request)
    form = AccountNameForm(request.POST, instance=request.account)
    if not form.is_valid():
        return _page(request, name_form=form, status=400)
    people.rename(request.account.pk, form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("people")


@require_POST
@tenant_view(network=True)
def invite(request: TenantRequest) -> HttpResponse:
    """The answer shows the link, this once."""
    _owners_only(request)
    if settings.SAFARICHAT_SIGNUP == "closed":
        raise PermissionDenied(_("The operator of this installation lets nobody in just now."))
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, invitation_form=form, status=400)
    _id, token = invitations.invite(
        account_id=request.account.pk, made_by=request.user.pk, note=form.cleaned_data["note"], now=timezone.now()
    )
    return _page(request, link=invitation_link(token), status=201)


@require_POST
@tenant_view(network=True)
def withdraw(request: TenantRequest, invitation_id: int) -> HttpResponse:
    _owners_only(request)
    if not invitations.withdraw(request.account.pk, invitation_id):
        raise Http404
    messages.success(request, _("The link lets nobody in any more."))
    return redirect("people")


@require_POST
@tenant_view(network=True)
def make_owner(request: TenantRequest, user_id: int) -> HttpResponse:
    _owners_only(request)
    if not people.make_owner(request.account.pk, user_id):
        raise Http404
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_view(network=True)
def remove(request: TenantRequest, user_id: int) -> HttpResponse:
    """Their numbers go to the owner who removes them, then they go."""
    _owners_only(request)
    member = next((member for member in people.members(request.account.pk) if member.user_id == user_id), None)
    if member is None or user_id == request.user.pk:
        raise Http404
    if request.method != "POST":
        return render(request, "console/settings/remove.html", {"member": member})
    leaving.hand_over(request.account.pk, from_user_id=user_id, to_user_id=request.user.pk)
    if people.remove(request.account.pk, user_id):
        messages.success(
            request, _("%(name)s can't see this account any more.") % {"name": member.name or member.email}
        )
    return redirect("people")


@require_safe
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: remember it, then sign up."""
    if request.user.is_authenticated:
        return error_page(
            request,
            409,
            "logged_in",
            _("You are logged in already, and an invitation is for somebody new."),
            _("To use it, log out first and sign up with another e-mail address."),
        )
    if not invitations.is_open(token, timezone.now()):
        return error_page(
            request,
            410,
            "invitation_used",
            _("This invitation was used already, or is too old."),
            _("Ask for a new one; each works once and for seven days."),
        )
    request.session[INVITATION] = token
    return redirect("account_signup")


def invitation_link(token: str) -> str:
    return f"{settings.SAFARICHAT_BASE_URL}{reverse('invitation', args=[token])}"


def _owners_only(request: TenantRequest) -> None:
    if not people.owns(request.user.pk, request.account.pk):
        raise PermissionDenied(_("Only an owner of the account may do this."))


def _page(
    request: TenantRequest,
    *,
    name_form: AccountNameForm | None = None,
    invitation_form: InvitationForm | None = None,
    link: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {
        "members": people.members(request.account.pk),
        "is_owner": people.owns(request.user.pk, request.account.pk),
        "invitations": invitations.open_ones(request.account.pk, timezone.now()),
        "may_invite": settings.SAFARICHAT_SIGNUP != "closed",
        "name_form": name_form or AccountNameForm(instance=request.account),
        "invitation_form": invitation_form or InvitationForm(),
        "link": link,
    }
    return render(request, "console/settings/people.html", shown, status=status)
