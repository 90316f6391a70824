"""What providers tell about numbers by webhook, put on the numbers' rows. In any order, any number of times."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils import timezone

from safarichat.ground.notify import wake_workers
from safarichat.numbers import recording
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential
from safarichat.numbers.routing import Route
from safarichat.numbers.rows import tell
from safarichat.providers.shapes import AccountChanged


def apply(events: Sequence[tuple[Route, AccountChanged]]) -> None:
    """Part of the caller's transaction, as the owner role. Rows are locked in the order of their ids."""
    ids = sorted({route.credential_id for route, _ in events})
    # NO KEY: rows that refer to a number (its messages, its events) hold it already, in other workers too.
    locked = OfficialWhatsappCredential.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    rows = {row.pk: row for row in locked}
    changed = set()
    for route, event in sorted(events, key=lambda each: each[1].at):
        row = rows.get(route.credential_id)
        if row is not None and row.status in LIVE and _is_about(row, event):
            _take(row, event)
            changed.add(row.pk)
    for pk in sorted(changed):
        rows[pk].save()
        tell(rows[pk])
    if any(rows[pk].status in SENDING for pk in changed):
        wake_workers("outbox")


def _is_about(row: OfficialWhatsappCredential, event: AccountChanged) -> bool:
    """News of a business account concern each of its numbers, unless they name one."""
    if event.phone_number_id:
        return event.phone_number_id == row.phone_number_id
    return not event.phone_number or event.phone_number == row.phone_number


def _take(row: OfficialWhatsappCredential, event: AccountChanged) -> None:
    """Each field's newest news wins: what comes late is not older news made new."""
    if event.at and event.at < _news_at(row, event.field):
        return
    row.health = row.health | {"news": row.health.get("news", {}) | {event.field: event.at}}
    recording.take_facts(row, event.facts)
    if event.status and _may_become(row, event.status):
        row.status = event.status
    if event.status == "disconnected":
        recording.destroy_secrets(row)
    if event.problem:
        at = datetime.fromtimestamp(event.at, UTC) if event.at else timezone.now()
        recording.note_problem(row, event.field, event.problem, at)


def _news_at(row: OfficialWhatsappCredential, field: str) -> int:
    at: int = row.health.get("news", {}).get(field, 0)
    return at


def _may_become(row: OfficialWhatsappCredential, status: str) -> bool:
    """Good news lifts what such news can lift; a number that is being connected is not connected by them."""
    if status == "connected":
        return row.status in ("suspended", "attention", "in_review")
    if row.status in ("connecting", "code_required"):
        return status in ("suspended", "disconnected")
    return not (status == "attention" and row.status in ("reauth_required", "suspended"))
