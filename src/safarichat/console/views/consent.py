"""What a customer wants to get, who said so, and recording by hand what they said elsewhere."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from safarichat.console import consents
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.views.inbox import found
from safarichat.contacts.consent import LONGEST_DETAIL, Choice, record
from safarichat.ground.notify import announce


class ConsentForm(forms.Form):
    purpose = forms.ChoiceField(label=gettext_lazy("Messages"), choices=list(consents.NAMES.items()))
    wants = forms.ChoiceField(
        label=gettext_lazy("What they said"),
        choices=[("no", gettext_lazy("They want none")), ("yes", gettext_lazy("They want them"))],
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know"),
        max_length=LONGEST_DETAIL,
        help_text=gettext_lazy("For example: told us on the phone, signed at the counter."),
    )
    form_token = forms.CharField(max_length=64, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@tenant_page
def consent(request: TenantRequest, conversation_id: int) -> HttpResponse:
    head = found(request, conversation_id)
    form = ConsentForm(request.POST or None, initial={"form_token": get_random_string(24)})
    if request.method == "POST" and form.is_valid():
        choice = Choice(
            account_id=request.account.pk,
            contact_id=head.contact_id,
            purpose=form.cleaned_data["purpose"],
            is_granted=form.cleaned_data["wants"] == "yes",
            source="person",
            detail=form.cleaned_data["reason"],
            evidence=form.cleaned_data["form_token"],
            happened_at=timezone.now(),
            told_by=request.user.pk,
        )
        record([choice])
        announce(request.account.pk, f"conversation:{head.id}")
        messages.success(request, _("Recorded."))
        return redirect("consent", head.id)
    shown = {"head": head, "form": form, **_known(request, head.contact_id)}
    return render(request, "console/contacts/consent.html", shown, status=422 if form.errors else 200)


@require_safe
@never_cache
@tenant_page
def known(request: TenantRequest, conversation_id: int) -> HttpResponse:
    head = found(request, conversation_id)
    return render(request, "console/contacts/_consent.html", _known(request, head.contact_id))


def _known(request: TenantRequest, contact_id: int) -> dict[str, object]:
    return {
        "lines": consents.of_all(request.account.pk, contact_id),
        "told": consents.told(request.account.pk, contact_id),
    }
