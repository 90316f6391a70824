"""What every answer of the management API has, whoever makes it: limits, and errors of one shape."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from safarichat.accounts.throttles import CALLS_PER_S, Allowance
from safarichat.api.problems import MEDIA_TYPE, Refusal, answer

BELOW = "/api/v1/"


class Answers:
    """Middleware around all others."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if not request.path.startswith(BELOW):
            return response
        if response.status_code >= HTTPStatus.BAD_REQUEST and response["Content-Type"] != MEDIA_TYPE:
            response = _problem(response)
        response.headers.setdefault("Cache-Control", "no-store")
        allowance: Allowance | None = getattr(request, "allowance", None)
        if allowance:
            limit = settings.SAFARICHAT_RATE_LIMIT_API
            response["RateLimit-Limit"] = str(limit)
            response["RateLimit-Remaining"] = str(allowance.left)
            response["RateLimit-Reset"] = str(allowance.reset_s)
            response["RateLimit-Policy"] = f"{limit};w={CALLS_PER_S}"
        return response


def _problem(response: HttpResponse) -> HttpResponse:
    """In our shape, what Django or the library said in its own."""
    kept = {name: response[name] for name in ("Allow", "Retry-After") if name in response}
    match response.status_code:
        case HTTPStatus.METHOD_NOT_ALLOWED:
            told = _("This address is not asked by this method.")
            return answer(Refusal(405, "method_not_allowed", told, _("See the header Allow."), headers=kept))
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            told = _("What you sent is too large.")
            return answer(Refusal(413, "too_large", told, _("Send something smaller."), headers=kept))
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            told = _("Something went wrong on our side.")
            return answer(Refusal(status, "server_error", told, _("Try again later."), headers=kept))
        case status:
            told = _("The server did not understand this request.")
            return answer(Refusal(status, "bad_request", told, _("Look it up in /api/openapi.json."), headers=kept))
