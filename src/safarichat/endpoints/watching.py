"""Our own events about numbers (connected, about to expire, failed, disconnected) and about connect links (used). Read
from what the numbers' history says of their status, and from the links, a few seconds later; what was told before is
known by its row. Scheduled; as the owner role."""

from typing import Any

from safarichat.endpoints.telling import News, tell
from safarichat.ground.sql import fetch
from safarichat.numbers.models import Status
from safarichat.numbers.problems import TOKEN_EXPIRES_SOON

NUMBER, LINK = "safarichat_number", "safarichat_connect_link"
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


def tell_of_links() -> int:
    """How many links that were used lately were looked at."""
    rows = fetch(
        f"""
        SELECT l.id, l.account_id, l.reference, floor(extract(epoch FROM l.used_at))::bigint, n.id,
               coalesce(n.phone_number_id, ''), coalesce(n.waba_id, ''), coalesce(n.phone_number, '')
        FROM (SELECT DISTINCT account_id FROM endpoints WHERE '{LINK}' = ANY(fields)) p
        JOIN connect_links l ON l.account_id = p.account_id AND l.used_at > now() - interval '{BACK}'
        JOIN official_whatsapp_credentials n ON n.id = l.credential_id
        ORDER BY l.used_at, l.id
        """,  # noqa: S608 - our own words
    )
    tell([_of_link(*row) for row in rows])
    return len(rows)


def _of_link(
    link: int, account_id: int, reference: str, at: int, number: int, phone_id: str, waba: str, phone: str
) -> News:
    value = {
        "event": "used",
        "timestamp": str(at),
        "connect_link_id": link,
        "reference": reference,
        "credential_id": number,
        "metadata": {"display_phone_number": phone, "phone_number_id": phone_id},
    }
    return News(
        account_id=account_id,
        credential_ids=(number,),
        field=LINK,
        value=value,
        key=f"link:{link}",
        waba_id=waba or phone_id,
    )
