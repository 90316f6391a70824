"""The forms of sign-up and login."""

from typing import Any, cast

from allauth.account import forms as allauth_forms
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safarichat.accounts import preferences
from safarichat.accounts.models import User


def _zone_field() -> forms.CharField:
    """Filled by the page's script with the browser's time zone; whatever comes is checked before use."""
    return forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-time-zone": ""}))


class LoginForm(allauth_forms.LoginForm):
    time_zone = _zone_field()

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        guessed = self.cleaned_data["time_zone"]
        if preferences.zone(guessed):
            request.session[preferences.GUESSED_ZONE] = guessed
        response: HttpResponse = super().login(request, redirect_url)
        return response


class SignupForm(allauth_forms.SignupForm):
    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    time_zone = _zone_field()
    field_order = ("name", "email", "password1", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _("At least 12 characters, and not one that many people use.")

    def save(self, request: HttpRequest) -> User:
        """The person, their account and the use of their invitation: all or nothing."""
        with transaction.atomic():
            user = super().save(request)
        return cast(User, user)

    def about(self) -> dict[str, str]:
        """What is kept of a new person beside address and password."""
        guessed = self.cleaned_data["time_zone"]
        return {
            "name": self.cleaned_data["name"].strip(),
            "time_zone": guessed if preferences.zone(guessed) else "",
            "language": preferences.language(get_language() or "") or "",
        }
