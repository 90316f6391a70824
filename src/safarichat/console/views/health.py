"""A number's health page: what is so at the provider, what hurts, what cures it, how it was before."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat.accounts import throttles
from safarichat.console import standing
from safarichat.console.asked import (
    Refusal,
    body_of,
    endpoint,
    is_fragment,
    json_answer,
    no_such_number,
    prefers_html,
    text_of,
    unusable,
)
from safarichat.console.numberfacts import provider_label
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.words import translated
from safarichat.doctor import repairing, report
from safarichat.doctor.diagnosing import Diagnosis, diagnose
from safarichat.ground.tenancy import acting_for
from safarichat.numbers import listing, rows, sides
from safarichat.numbers.models import OfficialWhatsappCredential

CHECKS_PER_MINUTE = 6


@require_safe
@never_cache
@tenant_page
def health(request: TenantRequest, credential_id: int) -> HttpResponse:
    return _page(request, _found(request, credential_id))


@require_safe
@never_cache
@tenant_page
def report_text(request: TenantRequest, credential_id: int) -> HttpResponse:
    """To be sent to somebody who helps: nothing in it opens or names anybody."""
    row = _found(request, credential_id)
    answer = HttpResponse(report.of(row), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="number-{row.pk}-health.txt"'
    return answer


def _found(request: TenantRequest, credential_id: int) -> OfficialWhatsappCredential:
    row = listing.one(request.account.pk, credential_id)
    if row is None:
        raise Http404
    return row


def _page(request: TenantRequest, row: OfficialWhatsappCredential) -> HttpResponse:
    """Of a fragment the page's own place takes the messages: news that come meanwhile do not wipe them away."""
    is_answer = is_fragment(request)
    template = "_health.html" if is_answer else "health.html"
    page = {**standing.shown(row), "provider": provider_label(row.api_provider), "is_answer": is_answer}
    return render(request, f"console/numbers/{template}", page)


# --- looking and repairing -------------------------------------------------------------------------------------------


@require_POST
@endpoint
def check(request: TenantRequest, credential_id: int) -> HttpResponse:
    _throttle(request, credential_id)
    diagnosis = diagnose(request.account.pk, credential_id)
    if diagnosis is None:
        raise no_such_number()
    return _told(request, credential_id, diagnosis)


@require_POST
@endpoint
def repair(request: TenantRequest, credential_id: int) -> HttpResponse:
    cause = text_of(body_of(request), "cause", longest=64)
    _throttle(request, credential_id)
    repaired = repairing.repair(request.account.pk, credential_id, cause)
    if repaired is None:
        raise unusable("cause")
    if not repaired.is_done:
        messages.error(request, f"{_(repaired.message)} {_(repaired.cure)}".strip())
    elif cause in {problem.key for problem in repaired.diagnosis.problems}:
        messages.warning(request, _("Done, but the provider does not show it yet. Check again in a minute."))
    else:
        messages.success(request, _("Repaired."))
    return _told(request, credential_id, repaired.diagnosis, is_repaired=repaired.is_done)


def _throttle(request: TenantRequest, credential_id: int) -> None:
    if rows.find(request.account.pk, credential_id) is None:
        raise no_such_number()
    wait_s = throttles.allow(f"health:{credential_id}", limit=CHECKS_PER_MINUTE, per_s=60)
    if wait_s:
        told = _("You did this too often in a short time.")
        cure = _("Wait %(seconds)s seconds, then try again.") % {"seconds": wait_s}
        raise Refusal(429, "too_many", told, cure, **{"Retry-After": str(wait_s)})


def _told(
    request: TenantRequest, credential_id: int, diagnosis: Diagnosis, is_repaired: bool | None = None
) -> HttpResponse:
    if prefers_html(request):
        if not is_fragment(request):
            return redirect("number_health", credential_id)
        with acting_for(request.account.pk):
            return _page(request, _found(request, credential_id))
    row = rows.find(request.account.pk, credential_id)
    told = {
        "ok": diagnosis.is_well,
        "reached": diagnosis.is_reached,
        "latency_ms": diagnosis.ms,
        "sides": sides.as_dict(row) if row else {},
        "problems": translated([dict(sides.shown(problem)) for problem in diagnosis.problems]),
        "asked": [{"name": one.name, "status": one.status, "ms": one.ms} for one in diagnosis.asked],
    }
    return json_answer(told if is_repaired is None else {**told, "repaired": is_repaired})
