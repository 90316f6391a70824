"""Pages of one account: the login, the account, and the transaction in which nobody else's rows exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from safarichat.accounts import people
from safarichat.accounts.models import Account, User
from safarichat.console.errors import json_error, wants_json
from safarichat.ground.tenancy import acting_for

P = ParamSpec("P")


class TenantRequest(HttpRequest):
    """A request of a logged-in person, in their account."""

    account: Account
    user: User


View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]
Route = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def tenant_page(view: View[P]) -> Route[P]:
    """For a view that only reads and writes our own tables: it runs inside `acting_for`."""
    return tenant_view()(view)


def tenant_view(*, network: bool = False) -> Callable[[View[P]], Route[P]]:
    """Like `tenant_page`; with `network` no transaction is open around the view, it opens short ones itself."""

    def decorate(view: View[P]) -> Route[P]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:  # also loads the person, which the tenant role could not
                return not_logged_in(request)
            theirs = enter(request)
            if network:
                return view(theirs, *args, **kwargs)
            with acting_for(theirs.account.pk):
                return view(theirs, *args, **kwargs)

        return answer

    return decorate


def enter(request: Any) -> TenantRequest:
    """Put the person's account on the request."""
    request.account = people.account_of(request.user.pk)
    entered: TenantRequest = request
    return entered


def not_logged_in(request: HttpRequest) -> HttpResponse:
    """401 for programs and fragments, which could not use a login page; the way to the login for a person."""
    if wants_json(request) or request.headers.get("HX-Request"):
        return json_error(request, 401, "not_logged_in", _("You are not logged in."), _("Log in, then try again."))
    return redirect_to_login(request.get_full_path())
