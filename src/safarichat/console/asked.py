"""What a program or a form asked of an endpoint, and how it is answered: JSON unless HTML is preferred."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from safarichat.console.errors import error_page, json_error
from safarichat.console.tenant import TenantRequest, enter, not_logged_in

P = ParamSpec("P")


class Refusal(Exception):
    """Ends a view with an error that is told as the asker likes it."""

    def __init__(self, status: int, code: str, message: str, cure: str = "", **headers: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.cure, self.headers = status, code, message, cure, headers


def endpoint(
    view: Callable[Concatenate[TenantRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For a logged-in person or their program. No transaction is open around it: it may talk to providers."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return not_logged_in(request) if prefers_html(request) else _unauthorized(request)
        try:
            return view(enter(request), *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return answer


def prefers_html(request: HttpRequest) -> bool:
    """A browser's page or one of its fragments; what names nothing is a program."""
    if is_fragment(request):
        return True
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    return request.get_preferred_type(["text/html", "application/json"]) == "text/html"


def is_fragment(request: HttpRequest) -> bool:
    """Asked by htmx, to be put into a page."""
    return bool(request.headers.get("HX-Request"))


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    tell = error_page if prefers_html(request) else json_error
    return tell(request, refusal.status, refusal.code, refusal.message, refusal.cure, **refusal.headers)


def _unauthorized(request: HttpRequest) -> HttpResponse:
    return json_error(request, 401, "not_logged_in", _("You are not logged in."), _("Log in, then try again."))


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """A JSON object or a form."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "invalid_json", _("The body is not valid JSON."), _("Send a JSON object.")) from None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_json", _("The body is not a JSON object."), _("Send a JSON object."))
    return body


def text_of(body: Mapping[str, Any], name: str, *, longest: int = 4000) -> str:
    """A text of the body, empty when it is not there; control characters have no use in any of them."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise unusable(name)
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        raise unusable(name) from None
    return value.strip()


def flag_of(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if isinstance(value, bool):
        return value
    if value in ("true", "1", "on", "false", "0", ""):
        return value in ("true", "1", "on")
    raise unusable(name)


def id_of(body: Mapping[str, Any], name: str) -> int | None:
    """A row's id, as a number or as its digits; None when it is not there."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**63:
        raise unusable(name)
    return value


def unusable(name: str) -> Refusal:
    return Refusal(
        422,
        "invalid",
        _("The field %(name)s can't be used as it is.") % {"name": name},
        _("Look up in the documentation what it may hold."),
    )


def no_such_number() -> Refusal:
    return Refusal(404, "not_found", _("There is no such number."), _("Check the number's id."))


def json_answer(value: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(value, status=status, headers={"Cache-Control": "no-store"})
