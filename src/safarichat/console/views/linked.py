"""A connect link as its visitor meets it: the wizard without a login, for one attempt and nothing else.

Every address names the link. The browser is known by a cookie of its own, which says nothing about a login: also who is
logged in here acts as the link's visitor.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from msgspec.structs import replace

from safarichat.accounts import throttles
from safarichat.console.asked import Refusal, is_fragment, prefers_html, refused
from safarichat.console.asker import Asker
from safarichat.console.errors import too_many
from safarichat.console.views import attempts, connect, whatsapp
from safarichat.numbers import links, photos, visits
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.visits import Visit

View = Callable[Concatenate[HttpRequest, Asker, ...], HttpResponse]
COOKIE = "connect"
COOKIE_AGE_S = 100 * 24 * 3600  # longer than any link
PER_MINUTE, UNKNOWN_PER_MINUTE = 300, 20  # of one address
CONNECTING, CONNECTED = ("open", "begun"), ("open", "begun", "done")


def visitor(*states: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """For a view of a link in one of these states; in every other one the visitor is told why there is nothing."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @never_cache
        @wraps(view)
        def answer(request: HttpRequest, token: str, **places: Any) -> HttpResponse:
            address = request.META.get("REMOTE_ADDR", "")
            if wait_s := throttles.allow(f"connect:{address}", limit=PER_MINUTE, per_s=60):
                return too_many(request, wait_s)
            visit = visits.visit(token, request.COOKIES.get(COOKIE, "")[:100], timezone.now())
            if visit is None:
                wait_s = throttles.allow(f"connect:unknown:{address}", limit=UNKNOWN_PER_MINUTE, per_s=60)
                if wait_s:
                    return too_many(request, wait_s)
                raise Http404
            return _answered(request, visit, token, states, lambda asker: view(request, asker, **places))

        return answer

    return decorate


def _answered(
    request: HttpRequest, visit: Visit, token: str, states: tuple[str, ...], view: Callable[[Asker], HttpResponse]
) -> HttpResponse:
    if visit.state not in states:
        return _over(request, visit)
    try:
        return view(_asker(visit, token))
    except Refusal as refusal:
        return refused(request, refusal)


def _asker(visit: Visit, token: str) -> Asker:
    """They act for the account, and for the person who made the link; a link without one is over."""
    place = f"/connect/{token}" if token else ""
    return Asker(
        account_id=visit.link.account_id,
        user_id=visit.link.created_by_id or 0,
        browser=visit.browser,
        visit=visit,
        base=place,
        wizard=place,
        end=place,
    )


def back(request: HttpRequest, visit: Visit) -> HttpResponse:
    """From a provider's own page to our one address, which names no link: its token is known until it is used."""
    if visit.state == "done":
        return _done(request, _asker(visit, ""))
    return _answered(
        request, visit, links.token_of(visit.link), CONNECTING, lambda asker: whatsapp.come_back(request, asker)
    )


def _over(request: HttpRequest, visit: Visit) -> HttpResponse:
    is_elsewhere = visit.state == "elsewhere"
    if prefers_html(request) and not is_fragment(request):
        page = {"link": visit.link, "is_elsewhere": is_elsewhere}
        return render(request, "console/linked/over.html", page, status=409 if is_elsewhere else 410)
    if visit.state == "done":
        refusal = Refusal(410, "link_used", _("This link has done its work."), _("Load the page again."))
    elif is_elsewhere:
        told = _("This link is being used in another browser.")
        refusal = Refusal(409, "link_elsewhere", told, _("Go on there, or ask for a new link."))
    else:
        refusal = Refusal(410, "link_over", _("This link can't be used any more."), _("Ask for a new one."))
    return refused(request, refusal)


# --- the page --------------------------------------------------------------------------------------------------------


@require_safe
@visitor(*CONNECTED)
def page(request: HttpRequest, asker: Asker) -> HttpResponse:
    visit = _visit(asker)
    if visit.state == "done":
        return _done(request, asker)
    row, chosen = visits.attempt(visit), request.GET.get("provider")
    if row is not None and chosen in (None, row.api_provider):
        return attempts.wizard_page(request, asker, row)
    only = visit.link.providers[0] if len(visit.link.providers) == 1 else ""
    return attempts.wizard_page(request, asker, None, provider=chosen or only)


def _done(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The end, which goes on by itself where the account wants its customer to go on."""
    link = _visit(asker).link
    onward = asker.onward_url(credential_id=str(link.credential_id or ""))
    shown = {"asker": asker, "link": link, "row": link.credential, "onward": onward}
    answer = render(request, "console/linked/done.html", shown)
    if onward:
        answer["Refresh"] = f"3; url={onward}"
    return answer


def _visit(asker: Asker) -> Visit:
    if asker.visit is None:
        raise Http404
    return asker.visit


@require_safe
@visitor(*CONNECTED)
def logo(request: HttpRequest, asker: Asker) -> HttpResponse:
    data = bytes(_visit(asker).link.logo)
    picture = photos.look(data)
    if picture is None:
        raise Http404
    return HttpResponse(data, content_type=picture.mime_type)


# --- the wizard's own steps ------------------------------------------------------------------------------------------


@require_POST
@visitor(*CONNECTING)
def initialize(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The first step gives the browser its secret."""
    visit = _visit(asker)
    browser = visit.browser or secrets.token_urlsafe(32)
    answer = whatsapp.begin(request, replace(asker, visit=replace(visit, browser=browser), browser=browser))
    answer.set_cookie(
        COOKIE, browser, max_age=COOKIE_AGE_S, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


@require_POST
@visitor(*CONNECTED)
def callback(request: HttpRequest, asker: Asker) -> HttpResponse:
    return whatsapp.come_back(request, asker)


@require_safe
@visitor(*CONNECTING)
def before(request: HttpRequest, asker: Asker, provider: str) -> HttpResponse:
    return connect.look_before(request, asker, provider)


@require_safe
@visitor(*CONNECTED)
def steps(request: HttpRequest, asker: Asker, credential_id: int) -> HttpResponse:
    if _visit(asker).state == "done":
        return HttpResponse(headers={"HX-Redirect": asker.end})
    row = _own(asker, credential_id)
    return render(request, "console/connect/_attempt.html", attempts.shown(row, asker))


@require_POST
@visitor(*CONNECTING)
def carry_on(request: HttpRequest, asker: Asker, credential_id: int) -> HttpResponse:
    row = _own(asker, credential_id)
    whatsapp.throttle(asker.limited_as, "continue", 3 * settings.WHATSAPP_RATE_LIMIT_ONBOARDING, whatsapp.HOUR_S)
    return attempts.go_on(request, asker, row)


def _own(asker: Asker, credential_id: int) -> OfficialWhatsappCredential:
    row = visits.attempt(_visit(asker), credential_id)
    if row is None:
        raise Http404
    return row
