"""One number on its way: the checklist that fills, what a person adds to it, and the proof that it works."""

import secrets
from collections.abc import Mapping
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat import providers
from safarichat.console import wizard
from safarichat.console.asked import is_fragment
from safarichat.console.asker import Asker, person
from safarichat.console.tenant import TenantRequest, tenant_view
from safarichat.console.views.starting import NewConversation
from safarichat.console.wizard import Typing
from safarichat.console.words import translated
from safarichat.ground.tenancy import acting_for
from safarichat.messaging import proving
from safarichat.messaging.queueing import Order, queue
from safarichat.numbers import carrying_on, pins, recording, rows, walking
from safarichat.numbers.chatting import chat_link
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused

PIN_DIGITS = 6
CODE_DIGITS = range(4, 9)
WHAT_MAY_BE_SAID = carrying_on.SAID["number"]
# The sample that WhatsApp approves for every business.
OPENING = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


def shown(row: OfficialWhatsappCredential, asker: Asker) -> dict[str, Any]:
    """What `_attempt.html` shows of a number."""
    now = timezone.now()
    waiting = row.waiting if row.status != "disconnected" else {}
    is_walking = walking.is_walking(row, now)
    return {
        "row": row,
        "asker": asker,
        "is_under_way": is_walking or bool(waiting) or row.status in ("connecting", "in_review"),
        "steps": translated(recording.listed_steps(row)),
        "is_walking": is_walking,
        "waits_for": waiting.get("for", ""),
        "wait_s": walking.wait_s(row, now),
        "numbers": waiting.get("numbers", []),
        **_number_step(row),
        "problem": translated(row.error_logs[0]) if row.error_logs and not row.may_send else None,
        "can_carry_on": carrying_on.can_carry_on(row, now),
        # A visitor hears no news: their page looks again by itself while nothing is asked of them; also where the
        # number was connected while it looked, for their link's end.
        "looks_again": bool(asker.visit)
        and (
            is_walking or waiting.get("for") == "time" or row.status == "connecting" or (row.may_send and not waiting)
        ),
    }


def _number_step(row: OfficialWhatsappCredential) -> dict[str, bool]:
    """Whether a number may be added here, and whether the one that was chosen may have a code sent to it."""
    provider = providers.get(row.api_provider)
    is_chosen = "number_chosen" in recording.done_steps(row)
    return {
        "may_add_number": provider.abilities.can_add_number and not is_chosen,
        "may_ask_for_code": "request_code" in provider.deeds and is_chosen,
    }


@require_safe
@never_cache
@tenant_view(network=True)
def steps(request: TenantRequest, credential_id: int) -> HttpResponse:
    return render(request, "console/connect/_attempt.html", shown(_row(request, credential_id), person(request)))


def _row(request: TenantRequest, credential_id: int) -> OfficialWhatsappCredential:
    row = rows.find(request.account.pk, credential_id)
    if row is None:
        raise Http404
    return row


@require_POST
@tenant_view(network=True)
def carry_on(request: TenantRequest, credential_id: int) -> HttpResponse:
    return go_on(request, person(request), _row(request, credential_id))


def go_on(request: HttpRequest, asker: Asker, row: OfficialWhatsappCredential) -> HttpResponse:
    """Go on with what the person added: the number's PIN, the code it got, their choice, or the wish to try again."""
    pin, choice = request.POST.get("pin", "").strip(), request.POST.get("choice", "")
    code = request.POST.get("code", "").replace(" ", "").replace("-", "")
    if row.waiting.get("for") == "pin" and not (len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()):
        return _attempt(request, asker, row, pin_problem=_("A PIN has six digits."))
    is_code = len(code) in CODE_DIGITS and code.isascii() and code.isdigit()
    if row.waiting.get("for") == "code" and not is_code and not request.POST.get("method"):
        return _attempt(request, asker, row, code_problem=_("A code has four to eight digits."))
    if choice and choice not in {number.get("phone_number_id") for number in row.waiting.get("numbers", [])}:
        return _attempt(request, asker, row)
    said = {name: value.strip() for name in WHAT_MAY_BE_SAID if (value := request.POST.get(name, ""))}
    walked = carrying_on.carry_on(asker.account_id, row.pk, pin=pin, choice=choice, code=code, said=said)
    if walked is not None and walked.outcome == "connected":
        return _go(request, asker.after(walked))
    row_now = rows.find(asker.account_id, walked.credential_id if walked else row.pk)
    if row_now is None:  # deleted meanwhile
        raise Http404
    return _attempt(request, asker, row_now)


def wizard_page(
    request: HttpRequest,
    asker: Asker,
    row: OfficialWhatsappCredential | None,
    *,
    provider: str = "",
    status: int = 200,
    typing: Typing | None = None,
    said: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The wizard, with a number that is on its way if there is one."""
    wanted = request.GET.get("mode", "") or (carrying_on.way_taken(asker.account_id, row) if row else "")
    page = wizard.page(
        asker,
        provider=row.api_provider if row else providers.canonical(provider or request.GET.get("provider", "")),
        mode=wanted,
        given=request.GET.dict(),
        typing=typing,
    )
    more = {**(shown(row, asker) if row else {}), **(said or {})}
    if asker.visit:
        more |= {"link": asker.visit.link, "leave_url": asker.leave_url(row)}
    template = "console/linked/visit.html" if asker.visit else "console/connect/options.html"
    return render(request, template, page | more, status=status)


def _attempt(request: HttpRequest, asker: Asker, row: OfficialWhatsappCredential, **more: str) -> HttpResponse:
    if is_fragment(request):
        return render(request, "console/connect/_attempt.html", {**shown(row, asker), **more})
    if more:
        return wizard_page(request, asker, row, status=422, said=more)
    return redirect(f"{asker.wizard}?credential_id={row.pk}")


def _go(request: HttpRequest, place: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": place}) if is_fragment(request) else redirect(place)


@require_POST
@never_cache
@tenant_view(network=True)
def pin(request: TenantRequest, credential_id: int) -> HttpResponse:
    """The PIN that we made, once. By POST, so that nothing fetches it by the way."""
    row = _row(request, credential_id)
    page = {"row": row, "pin": pins.show(request.account.pk, credential_id)}
    template = "_pin.html" if is_fragment(request) else "pin.html"
    return render(request, f"console/connect/{template}", page)


# --- proof -----------------------------------------------------------------------------------------------------------


def proof(
    request: TenantRequest, row: OfficialWhatsappCredential, form: NewConversation | None = None
) -> dict[str, Any]:
    """What `_proof.html` shows: a message out, a message in, each turning green when it is there."""
    since = row.onboarding_completed_at or row.created_at
    with acting_for(request.account.pk):
        sent = proving.newest_sent(row.pk, since)
        received = proving.newest_received(row.pk, since)
    link = chat_link(row.phone_number or "", _("Hello!"))
    return {
        "row": row,
        "has_greeting": providers.get(row.api_provider).abilities.has_greeting,
        "form": form or NewConversation([row], initial={"number": row.pk, "form_token": secrets.token_urlsafe(18)}),
        "sent": sent,
        "sent_problem": translated(sent.problem) if sent and sent.problem else None,
        "received": received,
        "link": link,
        "qr": _qr(link),
    }


def _qr(link: str) -> SafeString:
    """An inline SVG; its colours come from the page, dark on light in both themes so that cameras read it."""
    svg = segno.make(link, error="m").svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(svg)  # noqa: S308 - made here from an address that is percent-encoded


@require_safe
@never_cache
@tenant_view(network=True)
def proof_fragment(request: TenantRequest, credential_id: int) -> HttpResponse:
    return render(request, "console/connect/_proof_state.html", proof(request, _row(request, credential_id)))


@require_POST
@tenant_view(network=True)
def test_message(request: TenantRequest, credential_id: int) -> HttpResponse:
    """Send `hello_world` to a phone of the person's own."""
    row = _row(request, credential_id)
    form = NewConversation([row], {**request.POST.dict(), "number": row.pk})
    is_queued = False
    if form.is_valid():
        order = Order(
            credential_id=row.pk,
            to=form.cleaned_data["phone"],
            body=OPENING,
            sent_by=request.user.pk,
            form_token=form.cleaned_data["form_token"],
        )
        (result,) = queue(request.account.pk, [order], now=timezone.now())
        if isinstance(result, Refused):
            form.add_error(None, f"{_(result.problem.message)} {_(result.problem.cure)}".strip())
        else:
            is_queued = True
    if is_fragment(request):
        return render(request, "console/connect/_proof.html", proof(request, row, None if is_queued else form))
    if is_queued:
        return redirect(f"/whatsapp/integration-success?credential_id={row.pk}")
    page = {**shown(row, person(request)), **proof(request, row, form), "pin_is_to_be_shown": pins.is_to_be_shown(row)}
    return render(request, "console/connect/success.html", page, status=422)
