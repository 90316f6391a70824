"""The wizard's pages: which way, sign in, and its two ends."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.console.asked import Refusal, body_of, endpoint, json_answer, prefers_html, text_of
from safarichat.console.asker import Asker, person
from safarichat.console.errors import too_many
from safarichat.console.tenant import TenantRequest, tenant_view
from safarichat.console.views.attempts import proof, shown, wizard_page
from safarichat.console.views.whatsapp import offered_provider
from safarichat.console.words import translated
from safarichat.doctor.surroundings import address_problem
from safarichat.numbers import hooks, pins, preflight, rows
from safarichat.numbers.health import as_dict
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Check

PREFLIGHTS_PER_MINUTE = 30


@require_safe
@never_cache
@tenant_view(network=True)
def options(request: TenantRequest) -> HttpResponse:
    return wizard_page(request, person(request), _named(request))


def _named(request: TenantRequest) -> OfficialWhatsappCredential | None:
    """The number in the query; one that is not the account's is not found."""
    named = request.GET.get("credential_id", "")
    if not named:
        return None
    row = rows.find(request.account.pk, int(named)) if named.isascii() and named.isdigit() and len(named) < 19 else None
    if row is None:
        raise Http404
    return row


# --- before the sign-in ----------------------------------------------------------------------------------------------


@require_safe
@never_cache
@tenant_view(network=True)
def before_signing_in(request: TenantRequest, provider: str) -> HttpResponse:
    return look_before(request, person(request), provider)


def look_before(request: HttpRequest, asker: Asker, provider: str) -> HttpResponse:
    if provider not in providers.names() or not asker.may_use(provider):
        raise Http404
    wait_s = throttles.allow(f"whatsapp:preflight:{asker.limited_as}", limit=PREFLIGHTS_PER_MINUTE, per_s=60)
    if wait_s:
        return too_many(request, wait_s)
    return _preflight(request, asker, provider, request.GET.get("mode", ""))


def _preflight(request: HttpRequest, asker: Asker, provider: str, mode: str) -> HttpResponse:
    ways = providers.get(provider).abilities
    way = ways.way(mode) or ways.ways[0]
    is_staff = asker.is_staff
    checks = preflight.checks(provider, way, f"{request.scheme}://{request.get_host()}", tell_settings=is_staff)
    if all(check.ok for check in checks if check.name == "address"):
        checks.append(_reachable())
    page = {
        "provider": provider,
        "mode": way.mode,
        "checks": translated([as_dict(check) for check in checks]),
        "may_register": is_staff,
        "hooks_ok": all(check.ok for check in checks if check.name == "webhook"),
    }
    return render(request, "console/connect/_preflight.html", page)


def _reachable() -> Check:
    """Providers deliver to our public address: asked for as one of them would, from here."""
    problem = address_problem()
    if problem is None:
        message = gettext_noop("This installation answers at its public address, where webhooks come to.")
        return Check(name="reachable", ok=True, message=message)
    return Check(name="reachable", ok=False, message=problem.message, cure=problem.cure, details=problem.details)


@require_POST
@endpoint
def register_hooks(request: TenantRequest) -> HttpResponse:
    """For staff: make the operator's app deliver its webhooks to us."""
    if not request.user.is_staff:
        raise Refusal(403, "staff_only", _("Only whoever runs this installation may do this."))
    body = body_of(request)
    mode = text_of(body, "mode", longest=50) or "signup"
    provider = offered_provider(text_of(body, "provider", longest=50), mode)
    found = hooks.register(provider)
    if prefers_html(request):
        return _preflight(request, person(request), provider, mode)
    checks = translated([as_dict(check) for check in found.checks])
    return json_answer({"ok": all(check.ok for check in found.checks), "checks": checks})


# --- the ends --------------------------------------------------------------------------------------------------------


@require_safe
@never_cache
@tenant_view(network=True)
def success(request: TenantRequest) -> HttpResponse:
    row = _named(request) or next(iter(_connected(request)), None)
    if row is None or not row.may_send:
        return wizard_page(request, person(request), row)
    page = {**shown(row, person(request)), **proof(request, row), "pin_is_to_be_shown": pins.is_to_be_shown(row)}
    return render(request, "console/connect/success.html", page)


def _connected(request: TenantRequest) -> list[OfficialWhatsappCredential]:
    every = [row for row in rows.all_of(request.account.pk) if row.may_send and row.onboarding_completed_at]
    return sorted(every, key=lambda row: row.onboarding_completed_at or timezone.now(), reverse=True)


@require_safe
@never_cache
@tenant_view(network=True)
def error(request: TenantRequest) -> HttpResponse:
    row = _named(request)
    page = {**(shown(row, person(request)) if row else {}), "key": request.GET.get("error", "")[:50]}
    return render(request, "console/connect/error.html", page)
