"""The first page: what to do next, and how things stand."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from safarichat.console.tenant import TenantRequest, tenant_page
from safarichat.console.views.numbers import listed
from safarichat.endpoints import managing
from safarichat.messaging import counting


@require_safe
@never_cache
@tenant_page
def overview(request: TenantRequest) -> HttpResponse:
    shown = listed(request.account.pk)
    has_number = any(card["row"].may_send for card in shown["cards"])
    steps = _steps(request.account.pk, has_number=has_number)
    oldest = min((card["waiting"].oldest_at for card in shown["cards"] if card["waiting"]), default=None)
    template = "_overview.html" if request.headers.get("HX-Request") else "overview.html"
    more = {"steps": steps, "is_new": not all(step["done"] for step in steps), "oldest_at": oldest}
    more["endpoints_off"] = managing.switched_off(request.account.pk)
    return render(request, f"console/overview/{template}", {**shown, **more, "has_number": has_number})


def _steps(account_id: int, *, has_number: bool) -> list[dict[str, Any]]:
    """The way to the first conversation; the first that is not done is the next."""
    has_sent, has_received = counting.has_any(account_id, "out"), counting.has_any(account_id, "in")
    steps: list[dict[str, Any]] = [
        {
            "title": _("Connect a number"),
            "text": _("Sign in at a provider and choose the WhatsApp number of your business. It takes a few minutes."),
            "href": "/whatsapp/integration-options",
            "act": _("Connect a number"),
            "done": has_number or has_sent or has_received,
        },
        {
            "title": _("Write to somebody"),
            "text": _("Send the sample template to a phone of your own, or let a customer write to your number."),
            "href": "/inbox/new",
            "act": _("New conversation"),
            "done": has_sent or has_received,
        },
        {
            "title": _("Hold a conversation"),
            "text": _("When the customer answers you can write freely for 24 hours."),
            "href": "/inbox",
            "act": _("Open the inbox"),
            "done": has_sent and has_received,
        },
    ]
    following = next((step for step in steps if not step["done"]), None)
    return [{**step, "is_next": step is following} for step in steps]
