"""What providers tell about numbers by webhook, put on the numbers' rows. In any order, any number of times."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils import timezone

from safarichat.ground.notify import wake_workers
from safarichat.numbers import health, recording
from safarichat.numbers.models import LIVE, SENDING, OfficialWhatsappCredential
from safarichat.numbers.routing import Route, of_portfolio
from safarichat.numbers.rows import tell
from safarichat.providers.shapes import JSON, AccountChanged


def apply(events: Sequence[tuple[Route, AccountChanged]]) -> None:
    """Part of the caller's transaction, as the owner role. Rows are locked in the order of their ids."""
    events = [*events, *_for_portfolios(events)]
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


def _for_portfolios(events: Sequence[tuple[Route, AccountChanged]]) -> list[tuple[Route, AccountChanged]]:
    """What a business's numbers have in common, told of one of them, for the others."""
    telling = [(route, event) for route, event in events if event.shared]
    others = of_portfolio({route.credential_id for route, _ in telling}) if telling else {}
    return [
        (other, AccountChanged(field=event.field, event=event.event, at=event.at, facts=_common(event)))
        for route, event in telling
        for other in others.get(route.credential_id, ())
    ]


def _common(event: AccountChanged) -> dict[str, JSON]:
    return {name: told for name, told in event.facts.items() if name in event.shared}


def _take(row: OfficialWhatsappCredential, event: AccountChanged) -> None:
    """The newest news of each thing wins, whatever field told it: what comes late is not older news made new."""
    clock: dict[str, int] = dict(row.health.get("news", {}))
    recording.take_facts(row, {name: told for name, told in event.facts.items() if _is_newest(clock, name, event.at)})
    if (event.status or event.problem) and _is_newest(clock, _topic(event), event.at):
        _take_status(row, event)
    row.health = row.health | {"news": clock}


def _topic(event: AccountChanged) -> str:
    """What changes the number's status competes with all that does in its field, what does not with its like."""
    return event.field if event.status else f"{event.field} {event.event}"


def _is_newest(clock: dict[str, int], name: str, at: int) -> bool:
    if at and at < clock.get(name, 0):
        return False
    clock[name] = max(at, clock.get(name, 0))
    return True


def _take_status(row: OfficialWhatsappCredential, event: AccountChanged) -> None:
    if event.status and _may_become(row, event):
        row.status = event.status
        health.hear(row, event)
    if event.status == "disconnected":
        recording.destroy_secrets(row)
    if event.problem:
        at = datetime.fromtimestamp(event.at, UTC) if event.at else timezone.now()
        recording.note_problem(row, event.field, event.problem, at)


def _may_become(row: OfficialWhatsappCredential, event: AccountChanged) -> bool:
    """Good news lifts what such news can lift; a number that is being connected is not connected by them."""
    if event.status == "connected":
        return row.status in event.ends
    if row.status in ("connecting", "code_required"):
        return event.status in ("suspended", "disconnected")
    return not (event.status == "attention" and row.status in ("reauth_required", "suspended"))
