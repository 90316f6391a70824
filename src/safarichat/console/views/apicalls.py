"""The log of what programs asked, each with what it was told."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from safarichat.accounts import apicalls, apikeys
from safarichat.console.tenant import TenantRequest, tenant_page


@require_safe
@tenant_page
def calls(request: TenantRequest) -> HttpResponse:
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in ("ok", "failed") else ""
    key_id = _number(request.GET.get("key", ""))
    found = apicalls.listed(
        request.account.pk, outcome=outcome, key_id=key_id, before=_number(request.GET.get("before", ""))
    )
    shown = found[: apicalls.PAGE]
    kept = {name: value for name, value in (("outcome", outcome), ("key", key_id)) if value}
    context = {
        "calls": sorted(shown, key=lambda call: call.at, reverse=True),  # several processes write it
        "older": urlencode({**kept, "before": shown[-1].pk}) if len(found) > apicalls.PAGE else "",
        "outcome": outcome,
        "key_id": key_id,
        "is_narrowed": bool(kept),
        "keys": apikeys.all_of(request.account.pk),
        "here": "log",
    }
    return render(request, "console/developers/log.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
