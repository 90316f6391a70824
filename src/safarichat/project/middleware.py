"""What every page gets: a request id, an end to its size, and a content security policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from safarichat.console.errors import too_large
from safarichat.edge import uploads
from safarichat.ground import logs

Respond = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """One id per request: in every log line of it, on error pages and in `X-Request-ID`."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with logs.request() as request_id:
            response = self.respond(request)
            response["X-Request-ID"] = request_id
            return response


class LargestBody:
    """Django limits what a form says, but not its files, and a stranger could fill the disk."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("CONTENT_LENGTH") or ""
        takes_files = uploads.PATH.fullmatch(request.path) is not None
        most = settings.LARGEST_UPLOAD if takes_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        if told.isdigit() and int(told) > most:
            return too_large(request)
        return self.respond(request)


class ContentSecurityPolicy:
    """Our own files only; pages that hold a provider's signup may use what it needs."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        usual: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY
        self.usual = _header(usual)
        self.by_path = {
            path: _header({**usual, **more}) for path, more in settings.CONTENT_SECURITY_POLICY_BY_PATH.items()
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        special = (policy for path, policy in self.by_path.items() if request.path.startswith(path))
        response.headers.setdefault("Content-Security-Policy", next(special, self.usual))
        return response


def _header(policy: dict[str, list[str]]) -> str:
    return "; ".join(f"{directive} {' '.join(dict.fromkeys(sources))}" for directive, sources in policy.items())
