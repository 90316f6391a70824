"""The sides of a connection, each with a health of its own: trouble in one never disables another."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from safarichat.numbers.models import LIVE, OfficialWhatsappCredential
from safarichat.providers.shapes import SIDES, Problem, Side

State = Literal["good", "trouble", "stopped", "unknown"]


class SideHealth(Struct, frozen=True):
    """`because` are the keys of what troubles it."""

    side: Side
    state: State
    because: tuple[str, ...] = ()


def of(row: OfficialWhatsappCredential) -> list[SideHealth]:
    """As the last check found them, and as the number's status says since."""
    return [_side(row, side) for side in SIDES]


def _side(row: OfficialWhatsappCredential, side: Side) -> SideHealth:
    found = [problem["key"] for problem in row.health.get("problems", []) if side in problem.get("hurts", ())]
    if row.status not in LIVE:
        return SideHealth(side, "stopped")
    if side != "receiving" and row.status in ("reauth_required", "suspended"):
        return SideHealth(side, "stopped", tuple(found) or (row.status,))
    if found:
        return SideHealth(side, "trouble", tuple(found))
    return SideHealth(side, "good" if row.checked_at or row.onboarding_completed_at else "unknown")


def as_dict(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """By side, as `GET /whatsapp/official/status` tells it."""
    return {one.side: {"state": one.state, "because": list(one.because)} for one in of(row)}


def allowed_status(told: str, problems: Iterable[Problem]) -> str:
    """What a provider's findings may make of a number: what hurts neither sending nor receiving is no more than
    something to attend to, so that a template's trouble never stops a conversation."""
    if told not in ("reauth_required", "suspended"):
        return told
    severe = [problem for problem in problems if problem.number_status == told]
    if severe and all(_is_elsewhere(problem.hurts) for problem in severe):
        return "attention"
    return told


def _is_elsewhere(hurts: tuple[Side, ...]) -> bool:
    return bool(hurts) and not {"sending", "receiving"} & set(hurts)


def shown(problem: Problem) -> Mapping[str, Any]:
    """A finding as a number's row keeps it, in untranslated sentences."""
    return {
        "key": problem.key,
        "code": problem.code,
        "message": problem.message,
        "cure": problem.cure,
        "hurts": list(problem.hurts),
        "repair": problem.repair,
    }
