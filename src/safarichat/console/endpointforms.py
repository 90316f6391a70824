"""What a person says of an endpoint."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from safarichat.endpoints import fields
from safarichat.endpoints.managing import Wanted
from safarichat.endpoints.models import Endpoint
from safarichat.numbers.models import OfficialWhatsappCredential


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput({"autocomplete": "off"}),
        help_text=_("Where your program waits for webhooks, such as https://example.com/webhook."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=100, required=False, help_text=_("Which program it is, for your own memory.")
    )
    numbers = forms.MultipleChoiceField(
        label=_("Only of these numbers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to be told of every number, also those to come."),
    )
    fields_wanted = forms.MultipleChoiceField(
        label=_("Only these fields"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to be told everything that Meta has a field for."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Of messages only these"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(fields.KINDS.items()),
        help_text=_("Choose none to be told them all."),
    )
    verify_token = forms.CharField(
        label=_("Verify token"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Only if your program answers Meta's handshake: the word that it waits for."),
    )

    def __init__(self, numbers: Sequence[OfficialWhatsappCredential], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen, wanted = self.fields["numbers"], self.fields["fields_wanted"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        assert isinstance(wanted, forms.MultipleChoiceField)
        chosen.choices = [(str(row.pk), f"{row} · {row.verified_name or row.api_provider}") for row in numbers]
        named = ((name, format_html("{} <code>{}</code>", label, name)) for name, label in fields.ALL.items())
        wanted.choices = list(named)
        if not numbers:
            del self.fields["numbers"]

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(
            url=given["url"].strip(),
            name=given["name"].strip(),
            credential_ids=[int(number) for number in given.get("numbers", [])] or None,
            fields=given["fields_wanted"] or None,
            kinds=given["kinds"] or None,
            verify_token=given["verify_token"].strip(),
        )


def as_typed(row: Endpoint) -> dict[str, Any]:
    """The form of an endpoint that is there."""
    return {
        "url": row.url,
        "name": row.name,
        "numbers": [str(number) for number in row.credential_ids or ()],
        "fields_wanted": row.fields or [],
        "kinds": row.kinds or [],
        "verify_token": row.verify_token,
    }


class RangeForm(forms.Form):
    """From when to when; a browser's own pickers."""

    since = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput({"type": "datetime-local"}))
    until = forms.DateTimeField(label=_("Until"), widget=forms.DateTimeInput({"type": "datetime-local"}))
