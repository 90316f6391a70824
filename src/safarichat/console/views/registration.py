"""A number's place on WhatsApp: verified by a code, protected by a PIN, registered for sending or signed off."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat.console.asked import body_of, endpoint, prefers_html, text_of
from safarichat.console.cards import Cards
from safarichat.console.numberforms import METHODS, CodeForm, CodeRequestForm, PinForm, PinTwiceForm
from safarichat.console.tenant import TenantRequest
from safarichat.console.told import Said, number_for_a_deed, said_of
from safarichat.numbers import pins, registering, registrations, verification
from safarichat.numbers.models import OfficialWhatsappCredential


@require_safe
@never_cache
@endpoint
def registration_page(request: TenantRequest, credential_id: int) -> HttpResponse:
    return CARDS.page(request, credential_id)


def registration(request: TenantRequest, credential_id: int) -> HttpResponse:
    """One address: shown by GET, registered by POST."""
    return (register if request.method == "POST" else registration_page)(request, credential_id)


@require_POST
@endpoint
def code(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = CodeRequestForm(dict(body_of(request)))
    if not form.is_valid():
        return CARDS.mistyped(request, row, "verification", request_form=form)
    done = verification.request(request.account.pk, row.pk, **form.cleaned_data)
    said = said_of(request, row.pk, "request_code", done, _("A code is on its way to the number."))
    return CARDS.answer(request, row, "verification", said)


@require_POST
@endpoint
def verified(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = CodeForm(dict(body_of(request)))
    if not form.is_valid():
        return CARDS.mistyped(request, row, "verification", code_form=form)
    done = verification.enter(request.account.pk, row.pk, form.cleaned_data["code"])
    return CARDS.answer(request, row, "verification", said_of(request, row.pk, "verify_code", done, _("Verified.")))


@require_POST
@endpoint
def two_step(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    body = dict(body_of(request))
    form = PinTwiceForm(body if prefers_html(request) else {"again": body.get("pin"), **body})
    if not form.is_valid():
        return CARDS.mistyped(request, row, "two-step", pin_form=form)
    done = registering.set_pin(request.account.pk, row.pk, form.cleaned_data["pin"])
    return CARDS.answer(request, row, "two-step", said_of(request, row.pk, "set_pin", done, _("The PIN is set.")))


@require_POST
@endpoint
def register(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = PinForm(dict(body_of(request)), auto_id="register_%s")
    if not form.is_valid():
        return CARDS.mistyped(request, row, "registered", register_form=form)
    done = registering.register(request.account.pk, row.pk, form.cleaned_data["pin"])
    said = said_of(request, row.pk, "register", done, _("The number is registered for sending."))
    return CARDS.answer(request, row, "registered", said)


@require_POST
@endpoint
def deregistration(request: TenantRequest, credential_id: int) -> HttpResponse:
    """From a page only with the number typed in: it stops whoever uses it."""
    row = number_for_a_deed(request, credential_id)
    if text_of(body_of(request), "confirm", longest=100) != str(row):
        told = _("Type %(word)s to confirm. Nothing was changed.") % {"word": row}
        return CARDS.answer(request, row, "registered", Said(color="danger", message=told, key="not_confirmed"))
    done = registering.deregister(request.account.pk, row.pk)
    said = said_of(request, row.pk, "deregister", done, _("The number is signed off: it can't send any more."))
    return CARDS.answer(request, row, "registered", said)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _shown(row: OfficialWhatsappCredential) -> dict[str, Any]:
    now = timezone.now()
    times = registrations.lately(row, now)
    standing = verification.standing(row, now)
    return {
        "verification": standing,
        "method": METHODS.get(standing.method, ""),
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
    }


CARDS = Cards(
    name="registration",
    deeds=("request_code", "verify_code", "register", "deregister", "set_pin"),
    shown=_shown,
    state=_state,
)
