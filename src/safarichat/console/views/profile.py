"""What customers see of the business behind a number: profile, photo, name."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from safarichat import providers
from safarichat.console.asked import body_of, endpoint, is_fragment, json_answer, no_such_number, prefers_html
from safarichat.console.cards import Cards
from safarichat.console.errors import wants_json
from safarichat.console.numberfacts import NAME_LABELS
from safarichat.console.numberforms import WEBSITES, NameForm, PhotoForm, ProfileForm, flat
from safarichat.console.tenant import TenantRequest
from safarichat.console.told import Said, number_for_a_deed, refuse_form_for_programs, said_of
from safarichat.numbers import deeds, presenting, rows
from safarichat.numbers.models import OfficialWhatsappCredential


@require_safe
@never_cache
@endpoint
def profile_page(request: TenantRequest, credential_id: int) -> HttpResponse:
    return CARDS.page(request, credential_id)


def profile(request: TenantRequest, credential_id: int) -> HttpResponse:
    """One address: shown by GET, changed by POST."""
    return (write if request.method == "POST" else profile_page)(request, credential_id)


@require_POST
@endpoint
def write(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = _form(row, _typed(request, row))
    if not form.is_valid():
        refuse_form_for_programs(request, form)
        return CARDS.card(request, row, "profile", status=422, form=form)
    changes = form.changes()
    if not changes:
        return CARDS.answer(request, row, "profile", Said(color="success", message=_("Nothing was changed.")))
    done = presenting.write(request.account.pk, row.pk, changes)
    said = said_of(request, row.pk, "write_profile", done, _("The profile is changed."))
    return CARDS.answer(request, row, "profile", said, form=None if said.is_good else form)


def _typed(request: TenantRequest, row: OfficialWhatsappCredential) -> Mapping[str, Any]:
    """A page sends every field; a program only those that it wants to change."""
    body = body_of(request)
    if prefers_html(request):
        return body
    known = flat(presenting.profile_of(row))
    told = {name: str(value) for name, value in body.items() if name in known and isinstance(value, str)}
    websites = {name: flat(body)[name] for name in WEBSITES} if "websites" in body else {}
    return known | told | websites


@require_POST
@endpoint
def reading(request: TenantRequest, credential_id: int) -> HttpResponse:
    """Read it anew: it may have been changed elsewhere."""
    row = number_for_a_deed(request, credential_id)
    done = presenting.read(request.account.pk, row.pk)
    said = said_of(request, row.pk, "read_profile", done, _("This is what the provider shows now."))
    return CARDS.answer(request, row, "profile", said)


@require_POST
@endpoint
def photo(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = PhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return CARDS.mistyped(request, row, "photo", photo_form=form)
    mime_type, data = form.cleaned_data["photo"]
    done = presenting.write_photo(request.account.pk, row.pk, mime_type=mime_type, data=data)
    said = said_of(request, row.pk, "write_photo", done, _("The photo is changed. Customers see it within minutes."))
    return CARDS.answer(request, row, "photo", said)


@require_safe
@never_cache
@endpoint
def name_state(request: TenantRequest, credential_id: int) -> HttpResponse:
    """How the name stands, for a page that is open while it is decided."""
    row = rows.find(request.account.pk, credential_id)
    if row is None:
        raise no_such_number()
    if wants_json(request):
        return json_answer(CARDS.told(row))
    if not is_fragment(request):
        return redirect("number_profile", row.pk)
    return render(request, "console/numbers/_name_state.html", CARDS.context(row))


def display_name(request: TenantRequest, credential_id: int) -> HttpResponse:
    """One address: shown by GET, asked for by POST."""
    return (rename if request.method == "POST" else name_state)(request, credential_id)


@require_POST
@endpoint
def rename(request: TenantRequest, credential_id: int) -> HttpResponse:
    row = number_for_a_deed(request, credential_id)
    form = NameForm(dict(body_of(request)))
    if not form.is_valid():
        return CARDS.mistyped(request, row, "display-name", name_form=form)
    done = presenting.rename(request.account.pk, row.pk, form.cleaned_data["name"])
    said = said_of(request, row.pk, "rename", done, _("The name is asked for; the provider reviews it."))
    return CARDS.answer(request, row, "display-name", said)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _shown(row: OfficialWhatsappCredential) -> dict[str, Any]:
    told = row.provider_config
    asked = presenting.asked_name(row)
    return {
        "form": (form := _form(row)),
        "some_are_fixed": any(field.disabled for field in form.fields.values()),
        "was_read": bool(presenting.profile_of(row)),
        "photo_url": _web(presenting.profile_of(row).get("profile_picture_url")),
        "photo_form": PhotoForm(),
        "name_form": NameForm(),
        "name_state": NAME_LABELS.get(str(told.get("name_status"))),
        "asked_name": asked,
        "asked_name_state": NAME_LABELS.get(str(told.get("new_name_status"))) if asked else "",
    }


def _form(row: OfficialWhatsappCredential, typed: Mapping[str, Any] | None = None) -> ProfileForm:
    editable = providers.get(row.api_provider).abilities.profile_fields
    if deeds.why_not(row, "write_profile"):
        editable = ()
    return ProfileForm(presenting.profile_of(row), editable, dict(typed) if typed is not None else None)


def _web(address: object) -> str:
    return address if isinstance(address, str) and address.startswith("https://") else ""


def _state(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """For programs."""
    told = row.provider_config
    return {
        "profile": presenting.profile_of(row),
        "verified_name": row.verified_name,
        "name_status": told.get("name_status"),
        "asked_name": presenting.asked_name(row),
    }


CARDS = Cards(
    name="profile", deeds=("read_profile", "write_profile", "write_photo", "rename"), shown=_shown, state=_state
)
