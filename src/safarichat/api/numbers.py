"""Numbers: listed, looked at, tested, disconnected."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from safarichat.accounts import throttles
from safarichat.api.asking import inside, need, need_number
from safarichat.api.problems import Refusal, not_found
from safarichat.api.shapes import PAGE, Cursor, Limit, RowId, cursor_of, example, id_in
from safarichat.numbers import disconnecting, listing, reading, testing
from safarichat.numbers.models import OfficialWhatsappCredential

router = Router(tags=["Numbers"])


class Step(Schema):
    step: str
    state: str
    at: str | None = None
    message: str | None = None


class Number(Schema):
    """A number at its provider, or an attempt to connect one. `phone_number_id` and `waba_id` are the ones of the
    Cloud API paths."""

    credential_id: int
    provider: str
    status: str = Field(examples=["connected"])
    label: str
    color: str
    waba_id: str | None
    phone_number_id: str | None
    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None = Field(description="GREEN, YELLOW, RED or UNKNOWN")
    token_expires_at: str | None
    steps: list[Step]
    health: dict[str, Any]

    model_config = example(
        {
            "credential_id": 17,
            "provider": "meta",
            "status": "connected",
            "label": "Connected",
            "color": "success",
            "waba_id": "102290129340398",
            "phone_number_id": "106540352242922",
            "display_phone_number": "+254 700 000 001",
            "verified_name": "Asha Flowers",
            "quality_rating": "GREEN",
            "token_expires_at": None,
            "steps": [{"step": "started", "state": "done", "at": "2026-11-02T08:15:30+00:00", "message": ""}],
            "health": {"checked_at": "2026-11-02T08:16:02+00:00", "checks": []},
        }
    )


class Numbers(Schema):
    data: list[Number]
    next_cursor: str | None


class Check(Schema):
    name: str
    ok: bool
    message: str
    cure: str
    details: str = ""


class Tested(Schema):
    """What the provider says just now; that it is in trouble is `ok: false`, and no error of ours."""

    ok: bool
    latency_ms: int
    checks: list[Check]

    model_config = example(
        {
            "ok": True,
            "latency_ms": 212,
            "checks": [{"name": "token", "ok": True, "message": "The sign-in is valid.", "cure": "", "details": ""}],
        }
    )


class Disconnect(Schema):
    deregister: bool = Field(False, description="Also deregister the number at the provider.")
    at_any_rate: bool = Field(False, description="Destroy the secrets even if the provider can't be reached.")


class Disconnected(Schema):
    status: str = Field(examples=["disconnected"])
    steps: list[dict[str, Any]]

    model_config = example({"status": "disconnected", "steps": [{"step": "unsubscribed", "state": "done"}]})


@router.get("", response=Numbers, summary="List numbers", operation_id="list_numbers")
def list_numbers(request: HttpRequest, limit: Limit = PAGE, cursor: Cursor = "") -> Any:
    """Newest first, attempts to connect one included. Needs `read`."""
    key = need(request, "read")
    before = id_in(cursor)
    with inside(key):
        found = listing.page(key.account_id, before=before, limit=limit + 1, only=key.credential_ids)
    rows = found[:limit]
    more = cursor_of(rows[-1].pk) if len(found) > limit else None
    return {"data": [reading.summary(row) for row in rows], "next_cursor": more}


@router.get("/{int:credential_id}", response=Number, summary="One number", operation_id="get_number")
def get_number(request: HttpRequest, credential_id: RowId) -> Any:
    """Its status, the steps of its connection, and what was last seen of its health. Needs `read`."""
    return reading.summary(_row(request, "read", credential_id))


def _row(request: HttpRequest, scope: str, credential_id: int) -> OfficialWhatsappCredential:
    key = need_number(request, scope, credential_id)
    with inside(key):
        row = listing.one(key.account_id, credential_id)
    if row is None:
        raise not_found()
    return row


@router.post("/{int:credential_id}/test", response=Tested, summary="Test a number", operation_id="test_number")
def test_number(request: HttpRequest, credential_id: RowId) -> Any:
    """Ask the provider, up to twenty seconds. Needs `numbers`."""
    row = _row(request, "numbers", credential_id)
    wait_s = throttles.allow(f"whatsapp:test:{row.pk}", limit=settings.WHATSAPP_RATE_LIMIT_TEST, per_s=60)
    if wait_s:
        raise Refusal(
            429,
            "too_many",
            "This number was tested too often.",
            "Wait, then try again.",
            headers={"Retry-After": str(wait_s)},
        )
    tested = testing.test_connection(row.account_id, row.pk)
    if tested is None:
        raise not_found()
    return {"ok": tested.ok, "latency_ms": tested.latency_ms, "checks": tested.checks}


@router.post(
    "/{int:credential_id}/disconnect",
    response=Disconnected,
    summary="Disconnect a number",
    operation_id="disconnect_number",
)
def disconnect_number(request: HttpRequest, credential_id: RowId, body: Disconnect) -> Any:
    """Unsubscribe, deregister if asked, destroy the secrets; conversations stay. Twice gives the same answer. Needs
    `numbers`."""
    row = _row(request, "numbers", credential_id)
    done = disconnecting.disconnect(row.account_id, row.pk, deregister=body.deregister, at_any_rate=body.at_any_rate)
    if done is None:
        raise not_found()
    return {"status": done.status, "steps": done.steps}
