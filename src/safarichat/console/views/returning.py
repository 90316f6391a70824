"""Where providers send the browser back to: a person who is logged in, or the visitor of a connect link."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from safarichat.console.views import linked, whatsapp
from safarichat.numbers import visits


@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """The state says whose sign-in it was: a link's is good in that link's browser alone."""
    if request.method == "GET":
        state, browser = request.GET.get("state", "")[:200], request.COOKIES.get(linked.COOKIE, "")[:100]
        if visit := visits.returning(state, browser, timezone.now()):
            return linked.back(request, visit)
    return whatsapp.callback(request)
