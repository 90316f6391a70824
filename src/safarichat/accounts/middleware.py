"""What a page needs to know of the person: their language, their time zone, and that they were here."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from safarichat.accounts import preferences
from safarichat.accounts.models import User
from safarichat.accounts.sessions import LOGIN, SessionStore

Respond = Callable[[HttpRequest], HttpResponse]


class Person:
    """After authentication: the page speaks the person's language and shows times in their zone."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._in_their_terms(request)
        _note(request)  # after the page, which may be the very login
        return response

    def _in_their_terms(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.respond(request)
        zone = preferences.zone(user.time_zone) or preferences.zone(request.session.get(preferences.GUESSED_ZONE, ""))
        language = preferences.language(user.language)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language  # what templates and Content-Language read
        with timezone.override(zone or timezone.get_default_timezone()):
            return self.respond(request)


def _note(request: HttpRequest) -> None:
    session = request.session
    if not request.user.is_authenticated or not isinstance(session, SessionStore):
        return
    if LOGIN not in session:
        session.note_login(get_adapter().get_client_ip(request), request.headers.get("User-Agent", ""))
    session.note_visit(timezone.now())
