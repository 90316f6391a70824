"""Recent news about a number, as it came. Called inside `acting_for`."""

from safarichat.inbox.models import HookEvent


def recent(account_id: int, credential_id: int, *, limit: int = 20) -> list[HookEvent]:
    """Newest first."""
    rows = HookEvent.objects.filter(account_id=account_id, credential_id=credential_id)
    return list(rows.order_by("-id")[:limit])
