"""Who asks: an API key, what it may do, and how often."""

import time
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from safarichat.accounts import apikeys, people, throttles
from safarichat.accounts.apikeys import Key
from safarichat.api.problems import Refusal, not_found
from safarichat.ground.tenancy import acting_for

NOTED_EVERY_S = 30.0
_noted: dict[int, float] = {}  # when this process last wrote down that a key was used


class Asking(HttpRequest):
    """A request with its key."""

    key: Key


class ApiKeyAuth(HttpBearer):
    openapi_scheme = "bearer"
    openapi_bearerFormat = "sc_…"

    def authenticate(self, request: HttpRequest, token: str) -> Key:
        key = apikeys.known(apikeys.digest(token)) if len(token) == apikeys.LENGTH else None
        if key is None or not key.is_live(timezone.now()):
            raise unknown_key()
        if not key.may_come_from(request.META.get("REMOTE_ADDR", "")):
            told = _("This key may not be used from this address.")
            raise Refusal(403, "address_not_allowed", told, _("Change the key's list of addresses, or ask from there."))
        allowance = throttles.take_call(key.id, settings.SAFARICHAT_RATE_LIMIT_API)
        request.allowance = allowance  # type: ignore[attr-defined]  # read by answering.Answers
        if allowance.wait_s:
            told = _("This key asked too often.")
            wait = {"Retry-After": str(allowance.wait_s)}
            raise Refusal(429, "too_many", told, _("Wait as long as Retry-After says."), headers=wait)
        _note_use(key)
        request.key = key  # type: ignore[attr-defined]  # see Asking
        return key


def unknown_key() -> Refusal:
    told = _("There is no valid API key in this request.")
    cure = _("Send “Authorization: Bearer sc_…” with a key from the developers' pages.")
    return Refusal(401, "unknown_key", told, cure, headers={"WWW-Authenticate": "Bearer"})


def _note_use(key: Key) -> None:
    now = time.monotonic()
    if now - _noted.get(key.id, -NOTED_EVERY_S) >= NOTED_EVERY_S:
        if len(_noted) > 10_000:
            _noted.clear()
        _noted[key.id] = now
        apikeys.note_used([key.id], timezone.now())


# --- what it may do --------------------------------------------------------------------------------------------------


def need(request: HttpRequest, scope: str) -> Key:
    """The asking key, if it has the scope."""
    key: Key = request.key  # type: ignore[attr-defined]  # see Asking
    if scope not in key.scopes:
        told = _("This key lacks the scope “%(scope)s”.") % {"scope": scope}
        raise Refusal(403, "scope_missing", told, _("Make a key that has it."))
    return key


def need_number(request: HttpRequest, scope: str, credential_id: int) -> Key:
    """A number that the key may not use is not found, as a stranger's is."""
    key = need(request, scope)
    if not key.may_use(credential_id):
        raise not_found()
    return key


def need_all_numbers(request: HttpRequest, scope: str) -> Key:
    """For what belongs to the whole account."""
    key = need(request, scope)
    if key.credential_ids is not None:
        told = _("This key is for some numbers only, and this belongs to the whole account.")
        raise Refusal(403, "key_restricted", told, _("Use a key for all numbers."))
    return key


def inside(key: Key) -> AbstractContextManager[None]:
    """The transaction in which only the account's rows exist."""
    return acting_for(key.account_id)


def person_of(key: Key) -> int:
    """Whose a number is that this key connects: the account's first owner."""
    owners: list[Any] = people.owner_ids(key.account_id)
    return int(owners[0])
