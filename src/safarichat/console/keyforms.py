"""What a person says of a new API key."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext, gettext_lazy

from safarichat.accounts import apikeys
from safarichat.accounts.models import ApiKey
from safarichat.numbers.models import OfficialWhatsappCredential

LIVES = {
    "": gettext_lazy("Until it is revoked"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("One year"),
}
MOST_ADDRESSES = 50


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Which program uses it, for your own memory."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=ApiKey.Scope.choices,
        initial=[ApiKey.Scope.SEND, ApiKey.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that it may do.")},
    )
    numbers = forms.MultipleChoiceField(
        label=gettext_lazy("Only with these numbers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose none to allow every number, also those to come."),
    )
    lives = forms.ChoiceField(label=gettext_lazy("It works"), choices=list(LIVES.items()), required=False)
    addresses = forms.CharField(
        label=gettext_lazy("Only from these addresses"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy("IP addresses or networks such as 203.0.113.0/24, one a line. Leave it empty for any."),
    )

    def __init__(self, numbers: Sequence[OfficialWhatsappCredential], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's own
        chosen = self.fields["numbers"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(str(row.pk), f"{row} · {row.verified_name or row.api_provider}") for row in numbers]
        if not numbers:
            del self.fields["numbers"]

    def clean_addresses(self) -> list[str]:
        given: list[str] = self.cleaned_data["addresses"].replace(",", " ").split()
        if len(given) > MOST_ADDRESSES:
            raise forms.ValidationError(gettext("These are more than %(most)s.") % {"most": MOST_ADDRESSES})
        for address in given:
            try:
                apikeys.network(address)
            except ValueError:
                raise forms.ValidationError(
                    gettext("%(address)s is no address or network. Write it like 203.0.113.7 or 203.0.113.0/24.")
                    % {"address": address}
                ) from None
        return given

    def credential_ids(self) -> list[int] | None:
        """None: all of them."""
        return [int(chosen) for chosen in self.cleaned_data.get("numbers", [])] or None

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["lives"]
        return now + timedelta(days=int(days)) if days else None
