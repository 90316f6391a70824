"""The endpoints of official WhatsApp numbers (contract §4): start, come back, status, test, disconnect."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.console.asked import (
    Refusal,
    body_of,
    endpoint,
    flag_of,
    id_of,
    is_fragment,
    json_answer,
    no_such_number,
    prefers_html,
    text_of,
    unusable,
)
from safarichat.console.asker import Asker, person
from safarichat.console.tenant import TenantRequest
from safarichat.console.views.attempts import wizard_page
from safarichat.console.wizard import Typing, labels, shown_fields
from safarichat.console.words import translated
from safarichat.numbers import disconnecting, onboarding, reading, rows, testing, visits
from safarichat.numbers.onboarding import Brought, Mistyped, StateRefused
from safarichat.numbers.platform import default_provider, is_enabled, is_offered, platform
from safarichat.numbers.walking import Walked

HOUR_S = 3600
FIELD = "data."  # what a form's fields are called in a plain form
MINUTE_S = 60


class SeeOther(HttpResponseRedirect):
    status_code = 303


# --- start -----------------------------------------------------------------------------------------------------------


@require_POST
@endpoint
def initialize(request: TenantRequest) -> HttpResponse:
    return begin(request, person(request))


def begin(request: HttpRequest, asker: Asker) -> HttpResponse:
    body = body_of(request)
    mode = text_of(body, "mode", longest=50) or "signup"
    provider = offered_provider(text_of(body, "provider", longest=50) or default_provider(), mode)
    way = providers.get(provider).abilities.way(mode)
    if way is None:
        raise unusable("mode")
    if not asker.may_use(provider):
        raise not_offered(provider)
    if way.is_for_staff and not asker.is_staff:
        raise Refusal(403, "staff_only", _("Only whoever runs this installation may do this."))
    credential_id = id_of(body, "credential_id")
    if asker.visit:
        own = visits.attempt(asker.visit, credential_id, provider)
        if own is None and credential_id is not None:
            raise no_such_number()
        credential_id = own.pk if own else None
    throttle(asker.limited_as, "start", settings.WHATSAPP_RATE_LIMIT_ONBOARDING, HOUR_S)
    started = onboarding.start(
        *(asker.account_id, asker.user_id, asker.browser, provider, mode, credential_id), link_id=asker.link_id
    )
    if started is None:
        raise no_such_number()
    if prefers_html(request) and not is_fragment(request):  # a browser without our script
        if way.flow == "form":
            return _typing_page(request, asker, started.credential_id, Typing(mode, started.state), status=200)
        return SeeOther(str(started.login.get("redirect_url") or asker.wizard))
    told = {name: started.login[name] for name in ("flow", "sdk", "redirect_url") if name in started.login}
    if way.flow == "form":
        told["fields"] = shown_fields(way)
    ids = {"onboarding_id": started.onboarding_id, "credential_id": started.credential_id}
    return json_answer({**ids, "provider": provider, "state": started.state, **told}, status=201)


def _typing_page(
    request: HttpRequest, asker: Asker, credential_id: int, typing: Typing, *, status: int
) -> HttpResponse:
    row = rows.find(asker.account_id, credential_id)
    if row is None:
        raise no_such_number()
    return wizard_page(request, asker, row, typing=typing, status=status)


def offered_provider(name: str, mode: str = "signup") -> str:
    """The provider under its own name, when numbers can be connected to it here and now."""
    provider = providers.canonical(name)
    if not is_enabled():
        raise Refusal(
            403, "switched_off", _("Connecting numbers is switched off here."), _("Ask whoever runs this installation.")
        )
    known = {facts.name: facts.label for facts in providers.all_facts()}
    if provider not in known:
        raise unusable("provider")
    if not is_offered(provider) or provider not in providers.names():
        raise not_offered(provider)
    if providers.get(provider).missing_settings(platform(provider), mode):
        told = _("This installation is not set up for %(provider)s yet.") % {"provider": known[provider]}
        raise Refusal(409, "not_set_up", told, _("Ask whoever runs this installation: “safarichat check” says more."))
    return provider


def not_offered(provider: str) -> Refusal:
    label = next(facts.label for facts in providers.all_facts() if facts.name == provider)
    told = _("Numbers can't be connected through %(provider)s here.") % {"provider": label}
    return Refusal(403, "provider_not_offered", told, _("Choose another provider."))


def throttle(whose: object, what: str, limit: int, per_s: int) -> None:
    wait_s = throttles.allow(f"whatsapp:{what}:{whose}", limit=limit, per_s=per_s)
    if wait_s:
        told = _("You did this too often in a short time.")
        cure = _("Wait %(seconds)s seconds, then try again.") % {"seconds": wait_s}
        raise Refusal(429, "too_many", told, cure, **{"Retry-After": str(wait_s)})


# --- come back -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
@endpoint
def callback(request: TenantRequest) -> HttpResponse:
    return come_back(request, person(request))


def come_back(request: HttpRequest, asker: Asker) -> HttpResponse:
    by_page = request.method == "GET"
    given: Mapping[str, Any] = request.GET.dict() if by_page else body_of(request)
    state = text_of(given, "state", longest=200)
    brought = _brought_by_page(given) if by_page else _brought(given)
    if not by_page and not is_enabled():
        offered_provider("")
    # A sign-in may come back more than once: a reload, the page after the popup.
    throttle(asker.limited_as, "finish", 3 * settings.WHATSAPP_RATE_LIMIT_ONBOARDING, HOUR_S)
    walked = onboarding.finish(asker.account_id, state, asker.browser, brought)
    if isinstance(walked, StateRefused):
        raise _state_refused(walked)
    if isinstance(walked, Mistyped):
        return _mistyped(request, asker, walked, state, given)
    place = asker.after(walked)
    if by_page or prefers_html(request):
        return SeeOther(place)
    return json_answer({"credential_id": walked.credential_id, "status": walked.status, "next": place, **_why(walked)})


def _brought(given: Mapping[str, Any]) -> Brought:
    """From the wizard's script, or a program."""
    data = given.get("data")
    if data is None:  # a plain form
        data = {name.removeprefix(FIELD): value for name, value in given.items() if name.startswith(FIELD)} or None
    if data is not None and not isinstance(data, dict | str):
        raise unusable("data")
    brought = Brought(code=text_of(given, "code"), event=text_of(given, "event", longest=64), data=data)
    if not brought.code and not brought.event and not isinstance(data, dict):
        raise unusable("code")
    return brought


def _mistyped(
    request: HttpRequest, asker: Asker, mistyped: Mistyped, state: str, given: Mapping[str, Any]
) -> HttpResponse:
    """The same form again, with what may be shown of what was typed; its state is still good."""
    row = rows.find(asker.account_id, mistyped.credential_id)
    way = providers.get(row.api_provider).abilities.way(mistyped.mode) if row else None
    if way is None:
        raise no_such_number()
    if prefers_html(request) and not is_fragment(request):
        typed = {name.removeprefix(FIELD): str(value) for name, value in given.items() if name.startswith(FIELD)}
        typing = Typing(mistyped.mode, state, typed, mistyped.fields)
        return _typing_page(request, asker, mistyped.credential_id, typing, status=422)
    told = _("These fields can't be used as they are: %(fields)s.") % {"fields": labels(way, mistyped.fields)}
    raise Refusal(422, "invalid", told, _("Compare them with what the provider shows, and send the form again."))


def _brought_by_page(given: Mapping[str, Any]) -> Brought:
    """From a provider's own page, which tells less: a code, or why there is none."""
    if error := text_of(given, "error"):
        told = text_of(given, "error_description")[:500]
        is_cancelled = error == "access_denied"
        data = {} if is_cancelled else {"error_message": told or error}
        return Brought(event="CANCEL" if is_cancelled else "ERROR", data=data, by_page=True)
    query = {name: text_of(given, name) for name in list(given)[:20] if name not in ("state", "code")}
    return Brought(code=text_of(given, "code"), by_page=True, query=query)


def _state_refused(refused: StateRefused) -> Refusal:
    if refused.reason == "busy":
        told = _("This sign-in is being worked on at this moment.")
        return Refusal(403, "state_in_use", told, _("Wait a few seconds, then look at the list of numbers."))
    if refused.reason == "expired":
        told = _("This sign-in was started more than an hour ago, so nothing was changed.")
        return Refusal(403, "state_expired", told, _("Start it again."))
    told = _("This sign-in was not started in this login, so nothing was changed.")
    return Refusal(403, "state_unknown", told, _("Start it again in this browser."))


def _why(walked: Walked) -> dict[str, Any]:
    return {"outcome": walked.outcome, **({"problem": walked.problem} if walked.problem else {})}


# --- status, test, disconnect ----------------------------------------------------------------------------------------


@require_safe
@never_cache
@endpoint
def status(request: TenantRequest) -> HttpResponse:
    if prefers_html(request):
        shown = {"attempts": rows.all_of(request.account.pk), "enabled": is_enabled()}
        template = "_status_list.html" if is_fragment(request) else "status.html"
        return render(request, f"console/connect/{template}", shown)
    numbers = translated(reading.summaries(request.account.pk))
    return json_answer({"enabled": is_enabled(), "default_provider": default_provider(), "numbers": numbers})


@require_POST
@endpoint
def test_connection(request: TenantRequest) -> HttpResponse:
    credential_id = _credential_id(request, body_of(request))
    if rows.find(request.account.pk, credential_id) is None:
        raise no_such_number()
    throttle(credential_id, "test", settings.WHATSAPP_RATE_LIMIT_TEST, MINUTE_S)
    tested = testing.test_connection(request.account.pk, credential_id)
    if tested is None:
        raise no_such_number()
    checks = translated(tested.checks)
    if prefers_html(request):
        shown = {"tested": tested, "checks": checks, "credential_id": credential_id}
        template = "_tested.html" if is_fragment(request) else "tested.html"
        return render(request, f"console/connect/{template}", shown)
    plain = [{name: check[name] for name in ("name", "ok", "message", "cure", "details")} for check in checks]
    return json_answer({"ok": tested.ok, "latency_ms": tested.latency_ms, "checks": plain})


@require_POST
@endpoint
def disconnect(request: TenantRequest) -> HttpResponse:
    body = body_of(request)
    credential_id = _credential_id(request, body)
    done = disconnecting.disconnect(
        request.account.pk,
        credential_id,
        deregister=flag_of(body, "deregister"),
        at_any_rate=flag_of(body, "at_any_rate"),
    )
    if done is None:
        raise no_such_number()
    steps = translated(done.steps)
    if prefers_html(request):
        return _disconnected_page(request, credential_id, done.status, steps)
    return json_answer({"status": done.status, "steps": steps})


def _disconnected_page(
    request: TenantRequest, credential_id: int, status: str, steps: list[dict[str, Any]]
) -> HttpResponse:
    if status == "disconnected":
        messages.success(request, _("The number is disconnected. Its conversations stay."))
    else:
        why = " ".join(step["message"] for step in steps if step["state"] == "failed")
        messages.error(request, _("The number is not disconnected yet. %(why)s") % {"why": why})
    place = f"/numbers/{credential_id}"
    if is_fragment(request):
        return HttpResponse(headers={"HX-Redirect": place})
    return redirect(place)


def _credential_id(request: TenantRequest, body: Mapping[str, Any]) -> int:
    """The one meant: it may be left out when there is exactly one."""
    credential_id = id_of(body, "credential_id") or reading.only_one(request.account.pk)
    if credential_id is None:
        told = _("There is more than one number, or none: say which one is meant.")
        raise Refusal(422, "credential_id_missing", told, _("Send its credential_id."))
    return credential_id
