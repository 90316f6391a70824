"""Where who writes a program begins: the address, the ids and programs to copy."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from safarichat.console import snippets
from safarichat.console.snippets import Language, Snippet
from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.numbers import listing, platform
from safarichat.numbers.models import LIVE, OfficialWhatsappCredential


@require_safe
@tenant_page
def start(request: TenantRequest) -> HttpResponse:
    numbers = [row for row in listing.ever_connected(request.account.pk) if row.status in LIVE]
    asked = request.GET.get("number")
    row = next((row for row in numbers if asked is None or str(row.pk) == asked), None)
    if row is None and asked is not None:
        raise Http404
    shown = {
        "numbers": numbers,
        "row": row,
        "base_url": platform.address(),
        "to": snippets.TO,
        "languages": [(language, _snippets(language, row)) for language in snippets.LANGUAGES] if row else [],
        "here": "start",
    }
    return render(request, "console/developers/start.html", shown)


def _snippets(language: Language, row: OfficialWhatsappCredential) -> list[Snippet]:
    return snippets.of(language, platform.address(), row.phone_number_id or "", row.waba_id or "")
