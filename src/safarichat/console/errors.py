"""What a person or a program is told when something can't be answered: one sentence, one cure, the request's id."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from safarichat.ground import logs
from safarichat.ground.away import DatabaseAway


def wants_json(request: HttpRequest) -> bool:
    """Does the asker prefer JSON? A browser names HTML; a program that names nothing and sends JSON gets JSON."""
    accept = request.headers.get("Accept", "")
    if "text/html" in accept:
        preferred = request.get_preferred_type(["text/html", "application/json"])
        return preferred == "application/json"
    return "application/json" in accept or request.content_type == "application/json"


def json_error(
    request: HttpRequest, status: int, code: str, message: str, cure: str = "", **headers: str
) -> JsonResponse:
    error = {"code": code, "message": message, "cure": cure, "request_id": logs.request_id()}
    return JsonResponse({"error": error}, status=status, headers=headers)


def error_page(
    request: HttpRequest, status: int, code: str, message: str, cure: str = "", **headers: str
) -> HttpResponse:
    """A page in our look, or JSON for programs and our own scripts. Touches no table: the database may be away."""
    if wants_json(request) or request.headers.get("HX-Request"):
        return json_error(request, status, code, message, cure, **headers)
    shown = {"status": status, "code": code, "message": message, "cure": cure, "request_id": logs.request_id()}
    response = render(request, "error.html", shown, status=status)
    for name, value in headers.items():
        response[name] = value
    return response


# --- what Django calls: see project/urls.py and settings ---


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return error_page(
        request, 400, "bad_request", _("The server did not understand this request."), _("Go back and try again.")
    )


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        403,
        "denied",
        str(exception) or _("You may not do this."),
        _("Ask the owner of your account if you need to."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request,
        403,
        "csrf",
        _("This form was too old, so nothing was changed."),
        _("Go back, load the page again and send the form once more."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        404,
        "not_found",
        _("There is nothing at this address."),
        _("Check the address, or start again from the overview."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(request, 413, "too_large", _("What you sent is too large."), _("Send something smaller."))


def too_many(request: HttpRequest, retry_after_s: int = 60) -> HttpResponse:
    return error_page(
        request,
        429,
        "too_many",
        _("You did this too often in a short time."),
        _("Wait %(seconds)s seconds, then try again.") % {"seconds": retry_after_s},
        **{"Retry-After": str(retry_after_s)},
    )


def unavailable(request: HttpRequest, retry_after_s: int = 5) -> HttpResponse:
    return error_page(
        request,
        503,
        "unavailable",
        _("SafariChat can't reach its database just now."),
        _("Nothing was changed. Try again in a few seconds."),
        **{"Retry-After": str(retry_after_s)},
    )


def server_error(request: HttpRequest, *_args: Any) -> HttpResponse:
    if isinstance(sys.exc_info()[1], DatabaseAway):
        return unavailable(request)
    return error_page(
        request,
        500,
        "server_error",
        _("Something went wrong on our side."),
        _("Try again. If it happens again, tell the operator the request id below."),
    )
