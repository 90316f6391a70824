"""A number's place on WhatsApp: verified by a code, protected by a PIN, registered for sending or signed off."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat.console.asked import body_of, endpoint, is_fragment, json_answer, no_such_number, prefers_html, text_of
from safarichat.console.errors import wants_json
from safarichat.console.numberfacts import provider_label
from safarichat.console.numberforms import METHODS, CodeForm, CodeRequestForm, PinForm, PinTwiceForm
from safarichat.console.tenant import TenantRequest
from safarichat.console.told import Said, answered, number_for_a_deed, refuse_form_for_programs, said_of
from safarichat.numbers import deeds, pins, registering, registrations, rows, verification
from safarichat.numbers.models import OfficialWhatsappCredential

DEEDS = ("request_code", "verify_code", "register", "deregister", "set_pin")


@require_safe
@never_cache
@endpoint
def registration_page(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = rows.find(request.account.pk, credential_id)
    if row is None:
        raise no_such_number()
    return json_answer(_state(row)) if wants_json(request) else _page(request, row)


def registration(request: TenantRequest, credential_id: int) -> HttpResponse:
    """One address: shown by GET, registered by POST."""
    return (register if request.method == "POST" else registration_page)(request, credential_id)


@require_POST
@endpoint
def code(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = CodeRequestForm(dict(body_of(request)))
    if not form.is_valid():
        return _mistyped(request, row, "verification", request_form=form)
    done = verification.request(request.account.pk, row.pk, **form.cleaned_data)
    said = said_of(request, row.pk, "request_code", done, _("A code is on its way to the number."))
    return _answer(request, row, "verification", said)


@require_POST
@endpoint
def verified(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = CodeForm(dict(body_of(request)))
    if not form.is_valid():
        return _mistyped(request, row, "verification", code_form=form)
    done = verification.enter(request.account.pk, row.pk, form.cleaned_data["code"])
    return _answer(request, row, "verification", said_of(request, row.pk, "verify_code", done, _("Verified.")))


@require_POST
@endpoint
def two_step(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    body = dict(body_of(request))
    form = PinTwiceForm(body if prefers_html(request) else {"again": body.get("pin"), **body})
    if not form.is_valid():
        return _mistyped(request, row, "two-step", pin_form=form)
    done = registering.set_pin(request.account.pk, row.pk, form.cleaned_data["pin"])
    return _answer(request, row, "two-step", said_of(request, row.pk, "set_pin", done, _("The PIN is set.")))


@require_POST
@endpoint
def register(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = PinForm(dict(body_of(request)), auto_id="register_%s")
    if not form.is_valid():
        return _mistyped(request, row, "registered", register_form=form)
    done = registering.register(request.account.pk, row.pk, form.cleaned_data["pin"])
    said = said_of(request, row.pk, "register", done, _("The number is registered for sending."))
    return _answer(request, row, "registered", said)


@require_POST
@endpoint
def deregistration(request: TenantRequest, credential_id: int) -> HttpResponse:
    """From a page only with the number typed in: it stops whoever uses it."""
    row = number_for_a_deed(request, credential_id)
    if text_of(body_of(request), "confirm", longest=100) != str(row):
        told = _("Type %(word)s to confirm. Nothing was changed.") % {"word": row}
        return _answer(request, row, "registered", Said(color="danger", message=told, key="not_confirmed"))
    done = registering.deregister(request.account.pk, row.pk)
    said = said_of(request, row.pk, "deregister", done, _("The number is signed off: it can't send any more."))
    return _answer(request, row, "registered", said)


# --- answers ---------------------------------------------------------------------------------------------------------


def _answer(request: TenantRequest, row: OfficialWhatsappCredential, card: str, said: Said) -> HttpResponse:
    row = rows.find(request.account.pk, row.pk) or row
    place = f"{reverse('number_registration', args=[row.pk])}#{card}"
    return answered(request, said, place, _state(row)) or _card(request, row, card, status=409, said=said)


def _mistyped(request: TenantRequest, row: OfficialWhatsappCredential, card: str, **forms: BaseForm) -> HttpResponse:
    refuse_form_for_programs(request, next(iter(forms.values())))
    return _card(request, row, card, status=422, **forms)


def _card(
    request: TenantRequest, row: OfficialWhatsappCredential, card: str, *, status: int, **more: Any
) -> HttpResponse:
    if is_fragment(request):
        template = f"console/numbers/_{card.replace('-', '_')}.html"
        return render(request, template, {**_shown(row), **more, "card": card})
    return _page(request, row, status=status, card=card, **more)


def _page(request: TenantRequest, row: OfficialWhatsappCredential, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "console/numbers/registration.html", {**_shown(row), **more}, status=status)


def _shown(row: OfficialWhatsappCredential) -> dict[str, Any]:
    now = timezone.now()
    times = registrations.lately(row, now)
    standing = verification.standing(row, now)
    return {
        "row": row,
        "provider": provider_label(row.api_provider),
        "verification": standing,
        "method": METHODS.get(standing.method, ""),
        "lacks": {deed: _(reason) if (reason := deeds.why_not(row, deed)) else "" for deed in DEEDS},
        "is_registered": row.provider_config.get("is_registered"),
        "pin_is_set": _has_pin(row),
        "pin_is_to_be_shown": pins.is_to_be_shown(row),
        "registered_lately": len(times),
        "registrations_left": max(0, registrations.LIMIT - len(times)),
        "registrations_wait_s": registrations.wait_s(row, now),
        "registrations_free_at": times[-registrations.LIMIT] + registrations.PERIOD
        if len(times) >= registrations.LIMIT
        else None,
        "request_form": CodeRequestForm(),
        "code_form": CodeForm(),
        "pin_form": PinTwiceForm(),
        "register_form": PinForm(auto_id="register_%s"),
    }


def _has_pin(row: OfficialWhatsappCredential) -> bool:
    """One that we know, or another that the provider asked for."""
    return bool(row.pin) or row.provider_config.get("pin_is_set") is True


def _state(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """For programs."""
    now = timezone.now()
    standing = verification.standing(row, now)
    told = row.provider_config
    return {
        "is_verified": standing.is_verified,
        "code_verification_status": told.get("code_verification_status"),
        "code_wait_s": standing.wait_s,
        "code_tries_left": standing.tries_left,
        "is_registered": told.get("is_registered"),
        "pin_is_set": _has_pin(row),
        "registrations_in_72_hours": len(registrations.lately(row, now)),
        "unavailable": {deed: _(reason) for deed in DEEDS if (reason := deeds.why_not(row, deed))},
    }
