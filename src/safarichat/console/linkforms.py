"""What a person says of a new connect link. What each field may hold is the noun's to say (`links.unusable`)."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from safarichat.numbers import links, platform
from safarichat.numbers.links import Unusable, Wanted

LIVES = {"1": _("One day"), "7": _("Seven days"), "30": _("30 days"), "90": _("90 days")}


class LinkForm(forms.Form):
    name = forms.CharField(
        label=_("Who invites"), max_length=100, help_text=_("Your business's name, as your customer knows it.")
    )
    title = forms.CharField(
        label=_("What stands above"),
        max_length=150,
        required=False,
        help_text=_("Leave it empty for: “… invites you to connect your WhatsApp number”."),
    )
    providers = forms.MultipleChoiceField(
        label=_("By these providers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to let your customer choose among all."),
    )
    color = forms.CharField(
        label=_("Colour"), required=False, max_length=7, help_text=_("The line below your name, as #rrggbb.")
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG or JPEG, at most 200 kB."),
    )
    next_url = forms.CharField(
        label=_("Where your customer goes on"),
        required=False,
        max_length=2000,
        help_text=_("An address that begins with https://; credential_id, or error, is appended to it."),
    )
    reference = forms.CharField(
        label=_("Your reference"), required=False, max_length=200, help_text=_("Your own word for this customer.")
    )
    lives = forms.ChoiceField(label=_("It works for"), choices=list(LIVES.items()), initial="7")

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the form's own
        chosen = self.fields["providers"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(facts.name, facts.label) for facts in platform.offered()]

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        logo = said["logo"].read(links.MOST_LOGO_BYTES + 1) if said["logo"] else b""
        return Wanted(
            name=said["name"],
            title=said["title"],
            color=said["color"],
            logo=logo,
            providers=tuple(said["providers"]),
            next_url=said["next_url"],
            reference=said["reference"],
            valid_for=timedelta(days=int(said["lives"])),
        )

    def refuse(self, unusable: Unusable) -> None:
        self.add_error(unusable.field if unusable.field in self.fields else None, unusable.message)
