"""What webhooks tell of templates, put on their copies. In any order, any number of times: each field's newest wins."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from safarichat.ground.notify import announce
from safarichat.ground.sql import fetch
from safarichat.message_templates.models import MessageTemplate
from safarichat.message_templates.syncing import OF_NUMBER, TOPIC
from safarichat.numbers.routing import Route
from safarichat.providers.shapes import TemplateChanged

DELETED = "DELETED"


def apply(events: Sequence[tuple[Route, TemplateChanged]]) -> None:
    """Part of the caller's transaction, as the owner role. The list is read again soon after: news tell only a part."""
    copies = _copies({route.credential_id for route, _ in events})
    about = [(copies[route.credential_id], event) for route, event in events if route.credential_id in copies]
    rows = _locked(about)
    for (copy_id, _account_id), event in sorted(about, key=lambda each: each[1].at):
        row = _find(rows, copy_id, event)
        if row is not None:
            _take(row, event)
    for row in rows:
        row.save()
    fetch("UPDATE template_copies SET wanted_at = %s WHERE id = ANY(%s::bigint[])", timezone.now(), _ids(about))
    for account_id in sorted({account_id for (_, account_id), _ in about}):
        announce(account_id, TOPIC)


Target = tuple[int, int]  # copy, account


def _copies(credential_ids: set[int]) -> dict[int, Target]:
    rows = fetch(
        f"SELECT k.id, c.id, c.account_id FROM official_whatsapp_credentials k JOIN template_copies c"  # noqa: S608
        f" ON c.account_id = k.account_id AND c.api_provider = k.api_provider AND c.waba_id = {OF_NUMBER}"
        " WHERE k.id = ANY(%s::bigint[])",
        sorted(credential_ids),
    )
    return {credential_id: (copy_id, account_id) for credential_id, copy_id, account_id in rows}


def _ids(about: Sequence[tuple[Target, TemplateChanged]]) -> list[int]:
    return sorted({copy_id for (copy_id, _), _ in about})


def _locked(about: Sequence[tuple[Target, TemplateChanged]]) -> list[MessageTemplate]:
    """In the order of their ids, as everybody locks them."""
    if not about:
        return []
    named = Q(pk__in=[])
    for (copy_id, _), event in about:
        named |= Q(copy_id=copy_id, name=event.name, language=_language(event))
    return list(MessageTemplate.objects.select_for_update().filter(named).order_by("pk"))


def _language(event: TemplateChanged) -> str:
    """(!) Meta's sample writes it with a hyphen."""
    return event.language.replace("-", "_")


def _find(rows: Sequence[MessageTemplate], copy_id: int, event: TemplateChanged) -> MessageTemplate | None:
    named = (copy_id, event.name, _language(event))
    return next((row for row in rows if (row.copy_id, row.name, row.language) == named), None)


def _take(row: MessageTemplate, event: TemplateChanged) -> None:
    """News older than what is known of their field, or than the list that was read, tell nothing new."""
    if event.at and (event.at < row.news.get(event.field, 0) or event.at < int(row.synced_at.timestamp())):
        return
    row.news = row.news | {event.field: event.at}
    if event.status:
        row.status = event.status
        row.gone_at = _time(event.at) if event.status == DELETED else None
        reason = str(event.value.get("reason") or "").upper() if event.status == "REJECTED" else ""
        row.rejected_reason = "" if reason == "NONE" else reason[:255]
    if event.quality:
        row.quality = event.quality
    if event.category and not event.is_warning:
        row.category = event.category
    if event.components:
        row.components = _with(row.components, event.components)


def _with(known: list[Any], told: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The parts that are told in place of those of their type."""
    new = {str(part.get("type")).upper(): dict(part) for part in told}
    kept = [new.pop(str(part.get("type")).upper(), part) for part in known]
    return [*kept, *new.values()]


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC) if at else timezone.now()
