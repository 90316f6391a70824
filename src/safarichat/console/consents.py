"""What a customer consented to, in words."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from msgspec import Struct

from safarichat.contacts.consent import MARKETING, PURPOSES, Said, history, states

NAMES = {
    "marketing": gettext_lazy("Marketing"),
    "utility": gettext_lazy("Utility"),
    "authentication": gettext_lazy("Authentication"),
}
ABOUT = {
    "marketing": gettext_lazy("Offers, news and invitations."),
    "utility": gettext_lazy("About an order, an appointment or an account of theirs."),
    "authentication": gettext_lazy("Codes to sign in with."),
}


class Line(Struct, frozen=True, kw_only=True):
    """One purpose and what is known of it, or one event of the history. `tone`: granted, withdrawn or unknown."""

    purpose: str
    tone: str
    label: str
    about: str = ""
    who: str = ""
    reason: str = ""
    happened_at: datetime | None = None
    learnt_at: datetime | None = None

    @property
    def name(self) -> object:
        return NAMES.get(self.purpose, self.purpose)

    @property
    def is_late(self) -> bool:
        """Whether it happened well before it was learnt."""
        return bool(self.happened_at and self.learnt_at and (self.learnt_at - self.happened_at).total_seconds() > 60)


def of_marketing(account_id: int, contact_id: int) -> Line:
    return _line(MARKETING, states(account_id, contact_id).get(MARKETING))


def of_all(account_id: int, contact_id: int) -> list[Line]:
    known = states(account_id, contact_id)
    return [_line(purpose, known.get(purpose)) for purpose in PURPOSES]


def told(account_id: int, contact_id: int) -> list[Line]:
    """Everything that was ever said, newest first."""
    return [_line(said.purpose, said) for said in history(account_id, contact_id)]


def _line(purpose: str, said: Said | None) -> Line:
    about = str(ABOUT.get(purpose, ""))
    if said is None:
        return Line(purpose=purpose, tone="unknown", label=pgettext("consent", "Nobody has said anything"), about=about)
    return Line(
        purpose=purpose,
        tone="granted" if said.is_granted else "withdrawn",
        label=pgettext("consent", "Wanted") if said.is_granted else pgettext("consent", "Not wanted"),
        about=about,
        who=_who(said),
        reason=said.detail if said.source == "person" else "",
        happened_at=said.happened_at,
        learnt_at=said.learnt_at,
    )


def _who(said: Said) -> str:
    match said.source:
        case "customer":
            return _("The customer wrote “%(word)s”") % {"word": said.detail}
        case "provider":
            return _("The customer chose so in WhatsApp, says the provider")
        case "refusal":
            return _("The provider refused a message for it (code %(code)s)") % {"code": said.detail}
    return _("Recorded by %(who)s") % {"who": said.who or _("somebody who has left")}
