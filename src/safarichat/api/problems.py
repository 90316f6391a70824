"""What a program is told when something can't be answered: problem details (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from safarichat.ground import logs
from safarichat.ground.away import DatabaseAway

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


class Refusal(Exception):
    """Ends an operation with a problem. `errors`: of which fields, and why."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        cure: str = "",
        *,
        errors: Sequence[dict[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.cure = status, code, detail, cure
        self.errors, self.headers = errors, headers or {}


def not_found() -> Refusal:
    return Refusal(404, "not_found", _("There is nothing of yours under this id."), _("Check the id."))


def unusable(field: str, message: str) -> Refusal:
    told = _("The field %(name)s can't be used as it is.") % {"name": field}
    return Refusal(422, "invalid", told, errors=[{"field": field, "message": message}])


def answer(refusal: Refusal) -> HttpResponse:
    told: dict[str, Any] = {
        "type": f"urn:safarichat:problem:{refusal.code}",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
        "cure": refusal.cure,
        "request_id": logs.request_id(),
        "errors": list(refusal.errors),
    }
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return JsonResponse(told, status=refusal.status, content_type=MEDIA_TYPE, headers=headers)


# --- what the library and the database raise -------------------------------------------------------------------------


def of_http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        told = _("The body could not be read.")
        return answer(Refusal(400, "invalid_json", told, _("Send a JSON object with Content-Type: application/json.")))
    return answer(Refusal(error.status_code, "refused", str(error)))


def of_validation(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"field": _place(each["loc"]), "message": str(each["msg"])} for each in error.errors]
    named = ", ".join(each["field"] for each in errors)
    told = _("These fields can't be used as they are: %(fields)s.") % {"fields": named}
    return answer(Refusal(422, "invalid", told, _("Look up in the documentation what each may hold."), errors=errors))


def _place(where: Sequence[Any]) -> str:
    """As the caller knows it: without the names of our own parameters."""
    return ".".join(str(part) for part in where[1:] if part != "body") or str(where[0])


def of_bug(_request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, DatabaseAway):
        told = _("SafariChat can't reach its database just now.")
        return answer(Refusal(503, "unavailable", told, _("Try again in a few seconds."), headers={"Retry-After": "5"}))
    log.error("the management API failed", exc_info=error)
    return answer(Refusal(500, "server_error", _("Something went wrong on our side."), _("Try again later.")))


def nothing_here(_request: HttpRequest, _error: Http404 | None = None) -> HttpResponse:
    return answer(
        Refusal(404, "not_found", _("There is nothing at this address."), _("Look it up in /api/openapi.json."))
    )
