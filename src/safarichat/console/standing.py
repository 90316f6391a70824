"""What the health page shows of a number, in words."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from safarichat import providers
from safarichat.console import plots
from safarichat.console.numberfacts import NAME_LABELS, QUALITY_LABELS, limit_in_words
from safarichat.console.words import translated
from safarichat.ground.keyring import CannotOpen
from safarichat.messaging import counting, traffic
from safarichat.numbers import history, sides
from safarichat.numbers.models import OfficialWhatsappCredential, Status
from safarichat.numbers.pasting import ToPaste, to_paste
from safarichat.numbers.platform import hook_address

PLOTTED = timedelta(days=30)
STALE = timedelta(hours=1)
SIDE_LABELS = {
    "sending": gettext_lazy("Sending"),
    "receiving": gettext_lazy("Receiving"),
    "templates": gettext_lazy("Templates"),
    "media": gettext_lazy("Media"),
}
STATES = {  # label, colour, icon
    "good": (gettext_lazy("works"), "success", "check-circle-fill"),
    "trouble": (gettext_lazy("in trouble"), "warning", "exclamation-triangle-fill"),
    "stopped": (gettext_lazy("stopped"), "danger", "x-circle-fill"),
    "unknown": (gettext_lazy("not checked yet"), "secondary", "question-circle"),
}
NAMES = {
    "status": gettext_lazy("State"),
    "quality_rating": gettext_lazy("Quality"),
    "messaging_limit": gettext_lazy("New customers a day"),
    "throughput_mps": gettext_lazy("Messages a second"),
    "name_status": gettext_lazy("State of the name"),
    "verified_name": gettext_lazy("Name shown to customers"),
    "account_review_status": gettext_lazy("Review of the business account"),
    "restrictions": gettext_lazy("Restrictions"),
    "country": gettext_lazy("Country of the business"),
    "username": gettext_lazy("Username"),
    "payments": gettext_lazy("Payments in chats"),
}
REVIEW_LABELS = {
    "APPROVED": gettext_lazy("Approved"),
    "DEFERRED": gettext_lazy("Put off"),
    "PENDING": gettext_lazy("Waiting for review"),
    "REJECTED": gettext_lazy("Not approved"),
}
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
LIMITS = ("TIER_UNLIMITED", "TIER_100K", "TIER_10K", "TIER_2K", "TIER_1K", "TIER_250", "TIER_50")


def lights(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """The four sides, each with a word, a colour and a picture."""
    shown = []
    for one in sides.of(row):
        label, color, icon = STATES[one.state]
        shown.append({"side": SIDE_LABELS[one.side], "state": label, "color": color, "icon": icon, "name": one.side})
    return shown


def shown(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """Called inside `acting_for`."""
    now = timezone.now()
    since = now - PLOTTED
    moved = traffic.lately(row.account_id, row.pk)
    days = [(day.day, day.sent, day.failed) for day in traffic.days(row.account_id, row.pk, since)]
    return {
        "row": row,
        "lights": lights(row),
        "findings": findings(row),
        "checks": translated(row.health.get("checks", [])),
        "checked_at": row.checked_at,
        "is_stale": row.checked_at is None or now - row.checked_at > STALE,
        "expected_hook": _expected_hook(row),
        "actual_hook": row.provider_config.get("hook_url", ""),
        "to_paste": _to_paste(row),
        "traffic": moved,
        "waiting": counting.waiting(row.account_id, [row.pk]).get(row.pk),
        "entities": _entities(row),
        "quality": _course(row, "quality_rating", QUALITIES, since, now),
        "limit": _course(row, "messaging_limit", LIMITS, since, now),
        "bars": plots.bars(days, since + timedelta(days=1), PLOTTED.days),
        "totals": {"sent": sum(day[1] for day in days), "failed": sum(day[2] for day in days)},
        "changes": [_change(change) for change in history.newest(row.pk)],
        "now": now,
    }


def findings(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """What the last diagnosis found, each with what repairs it."""
    deeds = providers.get(row.api_provider).deeds if row.api_provider in providers.names() else {}
    found = translated(row.health.get("problems", []))
    return [
        {
            **problem,
            "hurts": [SIDE_LABELS[side] for side in problem.get("hurts", ()) if side in SIDE_LABELS],
            "can_repair": problem.get("repair", "") in deeds,
        }
        for problem in found
    ]


def _expected_hook(row: OfficialWhatsappCredential) -> str:
    return hook_address(row.api_provider, row.connection.key if row.connection else "")


def _to_paste(row: OfficialWhatsappCredential) -> ToPaste | None:
    try:
        return to_paste(row)
    except CannotOpen:  # its own finding
        return None


def _entities(row: OfficialWhatsappCredential) -> list[dict[str, Any]]:
    """The provider's own view of who may send: the number, its account, the business, the app."""
    told = row.provider_config.get("entities")
    return [entity for entity in told if isinstance(entity, dict)] if isinstance(told, list) else []


def _course(row: OfficialWhatsappCredential, name: str, order: tuple[str, ...], since: Any, now: Any) -> Any:
    changes = [(change.at, change.value) for change in history.course(row.pk, name, since)]
    drawn = plots.course(changes, order, since, now)
    if drawn is None:
        return None
    levels = [(value_in_words(name, value), height) for value, height in drawn.levels]
    rows = [(at, value_in_words(name, value)) for at, value in drawn.rows]
    return {"path": drawn.path, "levels": levels, "rows": rows}


def _change(change: history.Change) -> dict[str, Any]:
    return {
        "at": change.at,
        "name": NAMES.get(change.name, change.name),
        "value": value_in_words(change.name, change.value),
    }


def value_in_words(name: str, value: str) -> str:
    match name:
        case "status":
            return str(Status(value).label) if value in Status.values else value
        case "quality_rating":
            return str(QUALITY_LABELS.get(value, _("Not known yet")))
        case "messaging_limit":
            return limit_in_words(value) or value
        case "account_review_status":
            return str(REVIEW_LABELS.get(value, value))
        case "restrictions":
            return value.strip('[]"').replace('", "', ", ") or _("None")
        case "name_status":
            return str(NAME_LABELS.get(value, value))
        case _:
            return value
