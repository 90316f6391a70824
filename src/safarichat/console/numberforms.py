"""What a person types about a number, checked against the documented limits before a provider is asked."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from safarichat.numbers import photos

VERTICALS = {
    "UNDEFINED": gettext_lazy("Not said"),
    "ALCOHOL": gettext_lazy("Alcoholic drinks"),
    "APPAREL": gettext_lazy("Clothing"),
    "AUTO": gettext_lazy("Cars and vehicles"),
    "BEAUTY": gettext_lazy("Beauty, spa and salon"),
    "EDU": gettext_lazy("Education"),
    "ENTERTAIN": gettext_lazy("Entertainment"),
    "EVENT_PLAN": gettext_lazy("Events"),
    "FINANCE": gettext_lazy("Finance and banking"),
    "GOVT": gettext_lazy("Public service"),
    "GROCERY": gettext_lazy("Food and groceries"),
    "HEALTH": gettext_lazy("Health"),
    "HOTEL": gettext_lazy("Hotel and lodging"),
    "MATRIMONY_SERVICE": gettext_lazy("Matrimonial service"),
    "NONPROFIT": gettext_lazy("Charity"),
    "NOT_A_BIZ": gettext_lazy("Not a business"),
    "ONLINE_GAMBLING": gettext_lazy("Gambling, online"),
    "OTC_DRUGS": gettext_lazy("Medicines without prescription"),
    "PHYSICAL_GAMBLING": gettext_lazy("Gambling, on site"),
    "PROF_SERVICES": gettext_lazy("Professional services"),
    "RESTAURANT": gettext_lazy("Restaurant"),
    "RETAIL": gettext_lazy("Shopping and retail"),
    "TRAVEL": gettext_lazy("Travel and transport"),
    "OTHER": gettext_lazy("Something else"),
}
CODE_LANGUAGES = {  # in their own words, as everywhere where one chooses a language
    "ar": "العربية",
    "de": "Deutsch",
    "en_US": "English",
    "es": "Español",
    "fr": "Français",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt_BR": "Português",
    "ru": "Русский",
    "sw": "Kiswahili",
    "tr": "Türkçe",
    "zh_CN": "中文",
}
METHODS = {"sms": gettext_lazy("By SMS"), "voice": gettext_lazy("By a call")}
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
WEBSITES = ("website_1", "website_2")


class CodeRequestForm(forms.Form):
    method = forms.ChoiceField(label=gettext_lazy("How shall the code come?"), choices=METHODS.items())
    language = forms.ChoiceField(label=gettext_lazy("In which language?"), choices=CODE_LANGUAGES.items())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spoken = (get_language() or "").partition("-")[0]
        known = (code for code in CODE_LANGUAGES if code.partition("_")[0] == spoken)
        self.fields["language"].initial = next(known, "en_US")
        self.fields["language"].widget.attrs["translate"] = "no"


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code that the number received"),
        max_length=20,
        widget=forms.TextInput(attrs={**DIGITS, "autocomplete": "one-time-code"}),
    )

    def clean_code(self) -> str:
        """SMS show it as 123-456."""
        code = re.sub(r"[\s-]", "", self.cleaned_data["code"])
        if not re.fullmatch(r"[0-9]{4,8}", code):
            raise forms.ValidationError(_("A code has four to eight digits."))
        return code


class PinForm(forms.Form):
    pin = forms.CharField(label=gettext_lazy("PIN"), max_length=6, widget=forms.PasswordInput(attrs=DIGITS))

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        if not re.fullmatch(r"[0-9]{6}", pin):
            raise forms.ValidationError(_("A PIN has six digits."))
        return pin


class PinTwiceForm(PinForm):
    again = forms.CharField(
        label=gettext_lazy("The same PIN again"), max_length=6, widget=forms.PasswordInput(attrs=DIGITS)
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "pin" in cleaned and cleaned.get("again") != cleaned["pin"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("New name"),
        min_length=2,
        max_length=75,
        help_text=gettext_lazy("2 to 75 characters. It must be the name by which people know the business."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("A square JPEG or PNG of at least 192 × 192 pixels (640 × 640 is best), up to 3.5 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "data-preview": "photo-preview"}),
    )

    def clean_photo(self) -> tuple[str, bytes]:
        """Its kind and its bytes."""
        file: UploadedFile[bytes] = self.cleaned_data["photo"]
        if (file.size or 0) > photos.MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 3.5 MB. Save it smaller and try again."))
        data = file.read()
        picture = photos.look(data)
        if picture is None:
            raise forms.ValidationError(_("This is neither a JPEG nor a PNG picture."))
        size = {"width": picture.width, "height": picture.height}
        if not picture.is_square:
            told = _("This picture is %(width)s × %(height)s pixels. Cut it to a square and try again.")
            raise forms.ValidationError(told % size)
        if picture.width < photos.LEAST_SIDE:
            told = _("This picture is %(width)s × %(height)s pixels; it needs 192 × 192 at least.")
            raise forms.ValidationError(told % size)
        return picture.mime_type, data


class ProfileForm(forms.Form):
    about = forms.CharField(
        label=gettext_lazy("About"), max_length=139, help_text=gettext_lazy("One line below the name."), required=False
    )
    vertical = forms.ChoiceField(label=gettext_lazy("Kind of business"), choices=(), required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=512,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=256, required=False)
    email = forms.EmailField(label=gettext_lazy("Email"), max_length=128, required=False)
    website_1 = forms.URLField(label=gettext_lazy("Website"), max_length=256, required=False, assume_scheme="https")
    website_2 = forms.URLField(
        label=gettext_lazy("Second website"), max_length=256, required=False, assume_scheme="https"
    )

    def __init__(self, profile: Mapping[str, Any], editable: Collection[str], data: Any = None) -> None:
        """`editable` are the provider's own words for what may be written; the rest is shown and can't be changed."""
        self.known = flat(profile)
        super().__init__(data, initial=self.known, auto_id="profile_%s")
        vertical = self.known["vertical"]
        choices = VERTICALS if vertical in VERTICALS else {vertical: vertical or _("Not said"), **VERTICALS}
        self.fields["vertical"].choices = list(choices.items())  # type: ignore[attr-defined]  # a choice field has it
        for name, field in self.fields.items():
            field.disabled = ("websites" if name in WEBSITES else name) not in editable

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        if not about and self.known["about"]:
            raise forms.ValidationError(_("This line can be changed but not emptied."))
        return about

    def changes(self) -> dict[str, Any]:
        """What becomes different, by the provider's words."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name not in WEBSITES}
        if not set(self.changed_data).isdisjoint(WEBSITES):
            changed["websites"] = [self.cleaned_data[name] for name in WEBSITES if self.cleaned_data[name]]
        return changed


def flat(profile: Mapping[str, Any]) -> dict[str, str]:
    """A profile as the provider tells it (or a program sends it), by the form's fields."""
    told = {name: str(profile.get(name) or "") for name in ("about", "address", "description", "email", "vertical")}
    websites = profile.get("websites")
    listed = [str(each) for each in websites] if isinstance(websites, list) else []
    return told | dict(zip(WEBSITES, [*listed, "", ""], strict=False))
