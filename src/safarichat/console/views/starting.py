"""A new conversation: only an approved template may open one."""

import re
import secrets

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from safarichat.console.composer import OPENING
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
@tenant_page
def new_conversation(request: TenantRequest) -> HttpResponse:
    numbers = [number for number in all_of(request.account.pk) if number.may_send]
    if request.method != "POST":
        told = {"phone": request.GET.get("phone", ""), "form_token": secrets.token_urlsafe(18)}
        return _form(request, numbers, NewConversation(numbers, initial=told))
    form = NewConversation(numbers, request.POST)
    if not form.is_valid():
        return _form(request, numbers, form, status=422)
    order = Order(
        credential_id=form.cleaned_data["number"],
        to=form.cleaned_data["phone"],
        body=OPENING,
        sent_by=request.user.pk,
        form_token=form.cleaned_data["form_token"],
    )
    (result,) = queue(request.account.pk, [order], now=timezone.now())
    if isinstance(result, Refused):
        form.add_error(None, f"{_(result.problem.message)} {_(result.problem.cure)}".strip())
        return _form(request, numbers, form, status=422)
    return redirect("conversation", result.conversation_id)


def _form(
    request: HttpRequest, numbers: list[OfficialWhatsappCredential], form: NewConversation, *, status: int = 200
) -> HttpResponse:
    return render(request, "console/inbox/new.html", {"form": form, "numbers": numbers}, status=status)
