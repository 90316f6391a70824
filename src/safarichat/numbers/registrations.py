"""How often a number was registered or signed off lately.

WhatsApp lets it be done ten times in 72 hours, both together, and then not at all for as long: so we count, and say it
before it is too late.
"""

from datetime import datetime, timedelta

from safarichat.numbers.models import OfficialWhatsappCredential

LIMIT = 10
PERIOD = timedelta(hours=72)


def lately(row: OfficialWhatsappCredential, now: datetime) -> list[datetime]:
    """When it was registered or signed off by us within the last 72 hours, oldest first."""
    kept = [datetime.fromisoformat(at) for at in row.provider_config.get("registrations") or []]
    return sorted(at for at in kept if at > now - PERIOD)


def wait_s(row: OfficialWhatsappCredential, now: datetime) -> int:
    """Seconds until it may be done again; 0: now."""
    times = lately(row, now)
    return 0 if len(times) < LIMIT else max(1, int((times[-LIMIT] + PERIOD - now).total_seconds() + 0.999))


def count(row: OfficialWhatsappCredential, now: datetime) -> None:
    """One more. The caller saves."""
    times = [*lately(row, now), now][-LIMIT * 2 :]
    row.provider_config = row.provider_config | {"registrations": [at.isoformat() for at in times]}
