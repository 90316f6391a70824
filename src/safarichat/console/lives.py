"""A message's timeline in words."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from safarichat.console.bubbles import TICKS
from safarichat.messaging.timeline import Life, Moment

SAID_BY = {
    "provider": gettext_lazy("by the provider"),
    "us": gettext_lazy("by SafariChat"),
    "person": gettext_lazy("by a person"),
}
PRICES = {
    "regular": gettext_lazy("Charged"),
    "free_customer_service": gettext_lazy("Free: a reply within 24 hours"),
    "free_entry_point": gettext_lazy("Free: the customer came by an advertisement"),
}
LATE = timedelta(seconds=2)  # what was learnt so much after it happened shows both times


class Told(Struct, frozen=True, kw_only=True):
    label: str
    said_by: str
    at: datetime
    learnt_at: datetime
    attempt: int
    cause: str
    cure: str
    code: str

    @property
    def is_late(self) -> bool:
        return self.learnt_at - self.at > LATE


def told(moment: Moment) -> Told:
    problem = moment.problem or {}
    message, cure = str(problem.get("message") or ""), str(problem.get("cure") or "")
    tick = TICKS.get(moment.status)
    return Told(
        label=str(tick.label) if tick else _("Received"),
        said_by=str(SAID_BY.get(moment.said_by, moment.said_by)),
        at=moment.at,
        learnt_at=moment.learnt_at,
        attempt=moment.attempt,
        cause=_(message) if message else "",
        cure=_(cure) if cure else "",
        code=str(problem.get("code") or ""),
    )


def facts(life: Life) -> list[tuple[str, object]]:
    """Only what is known."""
    price = " ".join(str(life.price[name]) for name in ("category", "type", "pricing_model") if life.price.get(name))
    if kind := PRICES.get(str(life.price.get("type") or "")):
        price = f"{kind} ({price})"
    listed: list[tuple[str, object]] = [
        (_("The provider's id"), life.provider_message_id),
        (_("Our id"), life.opaque),
        (_("Price"), price),
        (_("Waits until"), life.not_before),
        (_("Sent only before"), life.expires_at),
    ]
    return [(label, value) for label, value in listed if value]
