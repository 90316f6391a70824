"""Numbers and attempts as the status answers tell them."""

from typing import Any

from safarichat.numbers import recording, rows, sides
from safarichat.numbers.models import LIVE, OfficialWhatsappCredential, Status


def summaries(account_id: int) -> list[dict[str, Any]]:
    return [summary(row) for row in rows.all_of(account_id)]


def summary(row: OfficialWhatsappCredential) -> dict[str, Any]:
    """One entry of `GET /whatsapp/official/status` (contract §4)."""
    return {
        "credential_id": row.pk,
        "provider": row.api_provider,
        "status": row.status,
        "label": str(Status(row.status).label),
        "color": row.color,
        "waba_id": row.waba_id,
        "phone_number_id": row.phone_number_id,
        "display_phone_number": row.display_phone_number,
        "verified_name": row.verified_name,
        "quality_rating": row.quality_rating,
        "token_expires_at": row.token_expiration.isoformat() if row.token_expiration else None,
        "steps": recording.listed_steps(row),
        "health": _health(row),
    }


def _health(row: OfficialWhatsappCredential) -> dict[str, Any]:
    facts = row.provider_config
    return {
        "checked_at": row.health.get("checked_at"),
        "checks": row.health.get("checks", []),
        "sides": sides.as_dict(row),
        "last_hook_at": row.last_hook_at.isoformat() if row.last_hook_at else None,
        "messaging_limit": facts.get("messaging_limit"),
        "name_status": facts.get("name_status"),
        "can_send": facts.get("can_send"),
        "throughput_mps": row.throughput_mps,
        "last_problem": row.error_logs[0] if row.error_logs else None,
    }


def only_one(account_id: int) -> int | None:
    """What a call without an id means: the one live number, or the one there is at all."""
    every = rows.all_of(account_id)
    live = [row.pk for row in every if row.status in LIVE]
    ids = live or [row.pk for row in every]
    return ids[0] if len(ids) == 1 else None
