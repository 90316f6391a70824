"""Pages of a number that consist of cards, each a form with what came of it: shown whole, or the card that changed."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from safarichat.console.asked import is_fragment, json_answer, no_such_number
from safarichat.console.errors import wants_json
from safarichat.console.numberfacts import provider_label
from safarichat.console.tenant import TenantRequest
from safarichat.console.told import Said, answered, refuse_form_for_programs
from safarichat.numbers import deeds, rows
from safarichat.numbers.models import OfficialWhatsappCredential

Told = Callable[[OfficialWhatsappCredential], dict[str, Any]]


class Cards(Struct, frozen=True, kw_only=True):
    """`name` is the page's template and, behind `number_`, its address; `shown` is what its template needs, `state`
    what a program is told."""

    name: str
    deeds: tuple[str, ...]
    shown: Told
    state: Told

    def page(self, request: TenantRequest, credential_id: int) -> HttpResponse:
        row = rows.find(request.account.pk, credential_id)
        if row is None:
            raise no_such_number()
        return json_answer(self.told(row)) if wants_json(request) else self._page(request, row)

    def answer(
        self, request: TenantRequest, row: OfficialWhatsappCredential, card: str, said: Said, **more: Any
    ) -> HttpResponse:
        """After a deed."""
        row = rows.find(request.account.pk, row.pk) or row
        place = f"{reverse(f'number_{self.name}', args=[row.pk])}#{card}"
        given = {name: each for name, each in more.items() if each is not None}
        done = answered(request, said, place, self.told(row))
        return done or self.card(request, row, card, status=409, said=said, **given)

    def mistyped(
        self, request: TenantRequest, row: OfficialWhatsappCredential, card: str, **forms: BaseForm
    ) -> HttpResponse:
        refuse_form_for_programs(request, next(iter(forms.values())))
        return self.card(request, row, card, status=422, **forms)

    def card(
        self, request: TenantRequest, row: OfficialWhatsappCredential, card: str, *, status: int, **more: Any
    ) -> HttpResponse:
        if is_fragment(request):
            template = f"console/numbers/_{card.replace('-', '_')}.html"
            return render(request, template, {**self.context(row), **more, "card": card})
        return self._page(request, row, status=status, card=card, **more)

    def context(self, row: OfficialWhatsappCredential) -> dict[str, Any]:
        """What stands above the cards, what can't be done and why, and the cards' own."""
        lacks = {deed: _(reason) if (reason := deeds.why_not(row, deed)) else "" for deed in self.deeds}
        return {"row": row, "provider": provider_label(row.api_provider), "lacks": lacks, **self.shown(row)}

    def told(self, row: OfficialWhatsappCredential) -> dict[str, Any]:
        unavailable = {deed: _(reason) for deed in self.deeds if (reason := deeds.why_not(row, deed))}
        return {**self.state(row), "unavailable": unavailable}

    def _page(
        self, request: TenantRequest, row: OfficialWhatsappCredential, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        return render(request, f"console/numbers/{self.name}.html", {**self.context(row), **more}, status=status)
