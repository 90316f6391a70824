"""A number's columns and facts in words."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct

from safarichat import providers
from safarichat.numbers.models import SENDING, OfficialWhatsappCredential
from safarichat.numbers.reminding import DAYS

STEP_LABELS = {
    "started": gettext_lazy("Started"),
    "signed_in": gettext_lazy("Signed in at the provider"),
    "exchanged": gettext_lazy("Access received"),
    "inspected": gettext_lazy("Permissions checked"),
    "number_chosen": gettext_lazy("Number chosen"),
    "verified": gettext_lazy("Number verified"),
    "subscribed": gettext_lazy("Messages come to SafariChat"),
    "registered": gettext_lazy("Registered for sending"),
    "profile_read": gettext_lazy("Profile read"),
    "webhook_seen": gettext_lazy("First news from the provider"),
    "tested": gettext_lazy("Connection tested"),
}
STEP_ICONS = {
    "done": "check-circle-fill",
    "skipped": "check-circle",
    "running": "arrow-repeat",
    "failed": "x-circle-fill",
    "waiting": "hourglass-split",
}
QUALITY_COLORS = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}
QUALITY_LABELS = {
    "GREEN": gettext_lazy("High"),
    "YELLOW": gettext_lazy("Medium"),
    "RED": gettext_lazy("Low"),
}
NAME_LABELS = {
    "APPROVED": gettext_lazy("Approved"),
    "AVAILABLE_WITHOUT_REVIEW": gettext_lazy("Available without review"),
    "DECLINED": gettext_lazy("Declined"),
    "EXPIRED": gettext_lazy("Expired"),
    "PENDING_REVIEW": gettext_lazy("Waiting for review"),
}
LIMIT = re.compile(r"TIER_(\d+)(K?)")  # TIER_250, TIER_2K


class Fact(Struct, frozen=True):
    """`hint` explains the word to who has not met it."""

    label: str
    value: object
    hint: str = ""
    kind: str = "text"  # text | id | time


def steps(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**step, "label": STEP_LABELS.get(step["step"], step["step"]), "icon": STEP_ICONS.get(step["state"], "circle")}
        for step in listed
    ]


def facts(row: OfficialWhatsappCredential) -> list[Fact]:
    """What is known, in the order in which people ask for it."""
    told = row.provider_config
    every = [
        Fact(_("Name shown to customers"), row.verified_name),
        Fact(_("State of the name"), _name_state(told.get("name_status"))),
        Fact(_("Quality"), _quality(row.quality_rating), _("How customers take your messages, as WhatsApp sees it.")),
        Fact(
            _("New customers a day"), limit_in_words(told.get("messaging_limit")), _("How many you may write to first.")
        ),
        Fact(_("Messages a second"), row.throughput_mps),
        Fact(_("Phone number id"), row.phone_number_id, _("The provider's id of this number."), "id"),
        Fact(_("Business account id"), row.waba_id, _("The provider's id of the WhatsApp Business Account."), "id"),
        Fact(_("Business account"), told.get("waba_name") or told.get("business_name")),
        Fact(_("Access until"), row.token_expiration, kind="time"),
        Fact(_("Last news from the provider"), row.last_hook_at, kind="time"),
        Fact(_("Last check"), row.checked_at, kind="time"),
        Fact(_("Connected"), row.onboarding_completed_at, kind="time"),
    ]
    return [fact for fact in every if fact.value not in (None, "")]


def ends_soon(row: OfficialWhatsappCredential, now: datetime) -> datetime | None:
    """When its token ends, if that is near enough to be told and somebody can still prevent it."""
    if row.token_expiration is None or row.status not in SENDING:
        return None
    return row.token_expiration if row.token_expiration < now + timedelta(days=DAYS[0]) else None


def _quality(rating: str | None) -> str:
    label = QUALITY_LABELS.get(rating or "")
    return str(label) if label else _("Not known yet")


def _name_state(state: object) -> str:
    return str(NAME_LABELS.get(str(state), "")) if state else ""


def limit_in_words(limit: object) -> str:
    """TIER_2K as people write it. Older webhooks tell a plain number, -1 for none."""
    if limit in ("TIER_UNLIMITED", -1):
        return _("No limit")
    tier = LIMIT.fullmatch(str(limit))
    count = int(tier[1]) * (1000 if tier[2] else 1) if tier else limit
    return number_format(count, force_grouping=True) if isinstance(count, int) else ""


def provider_label(name: str) -> str:
    return next((facts.label for facts in providers.all_facts() if facts.name == name), name)
