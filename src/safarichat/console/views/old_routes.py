"""Addresses that users of the integration have in their bookmarks and programs: the query goes along."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect

PAGES = ("GET", "HEAD")


class MovedWithBody(HttpResponsePermanentRedirect):
    """The same method and body, at another address."""

    status_code = 308


def moved(place: str, *, methods: tuple[str, ...] = PAGES) -> Callable[[HttpRequest], HttpResponse]:
    """A view that sends everybody on to `place`."""

    def go(request: HttpRequest) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        query = request.META.get("QUERY_STRING", "")
        to = f"{place}?{query}" if query else place
        return HttpResponsePermanentRedirect(to) if request.method in PAGES else MovedWithBody(to)

    return go
