"""What came of a deed at a provider, told as the asker likes it: in a fragment, on a page, or as JSON."""

import logging
from typing import Any, Literal

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat.console.asked import Refusal, is_fragment, json_answer, no_such_number, prefers_html
from safarichat.console.tenant import TenantRequest
from safarichat.numbers import deeds, rows
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.providers.shapes import Deed, Done, Later, Unknown

logger = logging.getLogger("safarichat.numbers")


class Said(Struct, frozen=True, kw_only=True):
    """`message` and `cure` are in the reader's language; `details` are the provider's own words."""

    color: Literal["success", "warning", "danger"]
    message: str
    cure: str = ""
    details: str = ""
    code: str = ""
    key: str = ""
    wait_s: int = 0

    @property
    def is_good(self) -> bool:
        return self.color == "success"


def number_for_a_deed(request: TenantRequest, credential_id: int) -> OfficialWhatsappCredential:
    """The account's number, as long as not too much is asked about it. Raises Refusal."""
    row = rows.find(request.account.pk, credential_id)
    if row is None:
        raise no_such_number()
    if wait_s := deeds.wait_s(credential_id):
        told = _("You did this too often in a short time.")
        cure = _("Wait %(seconds)s seconds, then try again.") % {"seconds": wait_s}
        raise Refusal(429, "too_many", told, cure, **{"Retry-After": str(wait_s)})
    return row


def said_of(request: TenantRequest, credential_id: int, deed: str, outcome: Deed | None, done: str) -> Said:
    """`done` is the sentence for success, where the provider's module has none of its own. Also writes down who did it:
    never what was given."""
    if outcome is None:
        raise no_such_number()
    ended = "done" if isinstance(outcome, Done) else outcome.problem.key
    logger.info("person %s, number %s: %s ended as %s", request.user.pk, credential_id, deed, ended)
    if isinstance(outcome, Done):
        return Said(color="success", message=_(outcome.message) if outcome.message else done)
    problem = outcome.problem
    return Said(
        color="warning" if isinstance(outcome, Later | Unknown) else "danger",
        message=_(problem.message),
        cure=_(problem.cure) if problem.cure else "",
        details=problem.details,
        code=str(problem.code or ""),
        key=problem.key,
        wait_s=int(outcome.after_s + 0.999) if isinstance(outcome, Later) and outcome.why == "throttled" else 0,
    )


def refuse_for_programs(request: TenantRequest, said: Said) -> None:
    """A program gets the error as everywhere; a page says it in the fragment."""
    if prefers_html(request) or said.is_good:
        return
    if said.wait_s:
        raise Refusal(429, said.key, said.message, said.cure, **{"Retry-After": str(said.wait_s)})
    raise Refusal(409, said.key, said.message, said.cure)


def refuse_form_for_programs(request: TenantRequest, form: BaseForm) -> None:
    if prefers_html(request):
        return
    told = " ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
    raise Refusal(422, "invalid", told, _("Correct these fields and send them again."))


def answered(request: TenantRequest, said: Said, place: str, state: dict[str, Any]) -> HttpResponse | None:
    """The answer to a program, or to a browser without our script after a success; None: show the page."""
    refuse_for_programs(request, said)
    if not prefers_html(request):
        return json_answer({"ok": True, "message": said.message, **state})
    if said.is_good and not is_fragment(request):
        messages.success(request, said.message)
        return redirect(place)
    return None
