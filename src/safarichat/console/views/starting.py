"""A new conversation: only an approved template may open one."""

import re
import secrets

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from safarichat.console import picker
from safarichat.console.features import switchable
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.messaging.queueing import Order, queue
from safarichat.numbers.listing import all_of
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Refused

SEPARATORS = re.compile(r"[\s().\-/\u00a0\u200e\u202a\u202c]")
DIALLED = re.compile(r"(?:\+|00)?([1-9][0-9]{6,14})")


class NewConversation(forms.Form):
    number = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=int)
    phone = forms.CharField(
        label=gettext_lazy("To"),
        max_length=40,
        help_text=gettext_lazy("With the country code, such as +254 712 345 678."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "autofocus": True}),
    )
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, numbers: list[OfficialWhatsappCredential], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        self.fields["number"].choices = [(number.pk, _label(number)) for number in numbers]  # type: ignore[attr-defined]
        if len(numbers) == 1:
            self.fields["number"].initial = numbers[0].pk

    def clean_phone(self) -> str:
        """Digits with country code."""
        told = DIALLED.fullmatch(SEPARATORS.sub("", self.cleaned_data["phone"]))
        if not told:
            raise forms.ValidationError(
                _("This is not a phone number with its country code. Write it like +254 712 345 678.")
            )
        return told[1]


def _label(number: OfficialWhatsappCredential) -> str:
    return " · ".join(filter(None, [number.display_phone_number, number.verified_name])) or str(number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@switchable("templates")
@tenant_page
def new_conversation(request: TenantRequest) -> HttpResponse:
    """First whom and which template, by the address; then the template's values, sent with both."""
    numbers = [number for number in all_of(request.account.pk) if number.may_send]
    if request.method != "POST":
        return _page(request, numbers, _asked(numbers, request.GET.dict()), request.GET.dict())
    form, told = NewConversation(numbers, request.POST), request.POST.dict()
    credential_id = _number_in(numbers, told)
    chosen = picker.chosen_in(request.account.pk, credential_id, told) if credential_id else None
    values = picker.values_in(told)
    if not form.is_valid() or chosen is None or not picker.is_complete(chosen, values):
        return _page(request, numbers, form, told, status=422)
    order = Order(
        credential_id=form.cleaned_data["number"],
        to=form.cleaned_data["phone"],
        body=picker.message(chosen, values),
        sent_by=request.user.pk,
        form_token=form.cleaned_data["form_token"],
    )
    (result,) = queue(request.account.pk, [order], now=timezone.now())
    if isinstance(result, Refused):
        cure = _(result.problem.cure) if result.problem.cure else ""
        form.add_error(None, f"{_(result.problem.message)} {cure}".strip())
        return _page(request, numbers, form, told, status=422)
    return redirect("conversation", result.conversation_id)


def _asked(numbers: list[OfficialWhatsappCredential], told: dict[str, str]) -> NewConversation:
    """Not yet judged: the person is still choosing."""
    number = _number_in(numbers, told)
    initial = {"phone": told.get("phone", "")[:40], "number": number, "form_token": secrets.token_urlsafe(18)}
    return NewConversation(numbers, initial=initial)


def _number_in(numbers: list[OfficialWhatsappCredential], told: dict[str, str]) -> int | None:
    """The number that is asked for, else the first one."""
    ids = [number.pk for number in numbers]
    return next((pk for pk in ids if str(pk) == told.get("number")), ids[0] if ids else None)


def _page(
    request: TenantRequest,
    numbers: list[OfficialWhatsappCredential],
    form: NewConversation,
    told: dict[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    credential_id = _number_in(numbers, told)
    shown: dict[str, object] = {"form": form, "numbers": numbers, "picker": None, "back": ""}
    if credential_id:
        chosen = picker.chosen_in(request.account.pk, credential_id, told)
        shown["picker"] = (
            picker.opened(credential_id, chosen, picker.values_in(told), is_sent=status != 200)
            if chosen
            else picker.picker(request.account.pk, credential_id, told)
        )
        again: dict[str, str | int] = {"number": credential_id, "phone": told.get("phone", "")}
        shown["back"] = f"{reverse('new_conversation')}?{urlencode(again)}"
        form.fields["number"].widget.attrs |= {"data-submit-on-change": True} if chosen is None else {}
    return render(request, "console/inbox/new.html", shown, status=status)
