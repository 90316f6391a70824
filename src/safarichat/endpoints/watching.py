"""Our own events about numbers: connected, about to expire, failed, disconnected. Read from what the numbers' history
says of their status, a few seconds later; what was told before is known by its row. Scheduled; as the owner role."""

from typing import Any

from safarichat.endpoints.telling import News, tell
from safarichat.ground.sql import fetch
from safarichat.numbers.models import Status
from safarichat.numbers.problems import TOKEN_EXPIRES_SOON

NUMBER = "safarichat_number"
EVENTS = {
    Status.CONNECTED: "connected",
    Status.ATTENTION: "needs_attention",
    Status.REAUTH_REQUIRED: "failed",
    Status.SUSPENDED: "failed",
    Status.FAILED: "failed",
    Status.DISCONNECTED: "disconnected",
}
BACK = "15 minutes"  # workers may have been away


def tell_of_numbers() -> int:
    """How many changes were looked at."""
    rows = fetch(
        f"""
        SELECT h.id, h.account_id, n.id, h.value, extract(epoch FROM h.at)::bigint, coalesce(n.phone_number_id, ''),
               coalesce(n.waba_id, ''), coalesce(n.phone_number, ''), n.error_logs -> 0
        FROM (SELECT DISTINCT account_id FROM endpoints WHERE '{NUMBER}' = ANY(fields)) p
        JOIN official_whatsapp_credentials n ON n.account_id = p.account_id
        JOIN number_history h ON h.credential_id = n.id AND h.at > now() - interval '{BACK}' AND h.name = 'status'
        ORDER BY h.id
        """,  # noqa: S608 - our own words
    )
    tell([_news(*row) for row in rows if row[3] in EVENTS])
    return len(rows)


def _news(
    row: int, account_id: int, number: int, status: str, at: int, phone_id: str, waba: str, phone: str, problem: Any
) -> News:
    event = EVENTS[Status(status)]
    cause = {name: problem.get(name) for name in ("code", "message", "cure")} if problem else {}
    if event == "needs_attention" and cause.get("code") == TOKEN_EXPIRES_SOON.key:
        event = "expiring"
    value = {
        "event": event,
        "status": status,
        "timestamp": str(at),
        "metadata": {"display_phone_number": phone, "phone_number_id": phone_id},
    }
    if cause and event not in ("connected", "disconnected"):
        value["problem"] = cause
    return News(
        account_id=account_id,
        credential_ids=(number,),
        field=NUMBER,
        value=value,
        key=f"history:{row}",
        waba_id=waba or phone_id,
    )
