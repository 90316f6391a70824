"""The forms of sign-up and login."""

from typing import Any, ClassVar, cast

from allauth.account import forms as allauth_forms
from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from safarichat.accounts import preferences
from safarichat.accounts.models import Account, User


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


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """What a person may choose about themselves."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Times on all pages are shown in it.")
    )

    class Meta:
        model = User
        fields = ("name", "language", "time_zone", "theme")
        labels: ClassVar = {"name": _("Name"), "theme": _("Colors")}
        help_texts: ClassVar = {"name": _("Your colleagues see it.")}

    def __init__(self, *args: Any, guessed_zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unset = _("Like my browser")
        self._choose("language", [("", unset), *preferences.languages()])
        self._choose("time_zone", [("", guessed_zone or unset), *((name, name) for name in preferences.zone_names())])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """A value from before that is not offered any more stays choosable, so that saving doesn't lose it."""
        now = getattr(self.instance, name)
        if now and now not in dict(choices):
            choices.append((now, now))
        cast(forms.ChoiceField, self.fields[name]).choices = choices


class InvitationForm(forms.Form):
    note = forms.CharField(
        label=_("For whom"), max_length=150, required=False, help_text=_("A name, so that you know the link by it.")
    )


class AccountNameForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    class Meta:
        model = Account
        fields = ("name",)
        labels: ClassVar = {"name": _("Name of the account")}


class ResendingForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only in the stubs
    """Whether messages that were never confirmed are sent again by themselves."""

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = ["resends_unconfirmed"]
