"""Connected numbers, for the operator: facts and states, and nothing that is sealed; and where our apps' hooks go."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from safarichat import providers
from safarichat.accounts.operators import ForOperators
from safarichat.ground.fields import sealed_columns
from safarichat.numbers import hooks
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import offered, platform
from safarichat.providers.shapes import Check, Facts


@admin.register(OfficialWhatsappCredential)
class CredentialAdmin(ForOperators):
    list_display = ("id", "account", "api_provider", "display_phone_number", "status", "quality_rating", "last_hook_at")
    list_filter = ("api_provider", "status", "quality_rating")
    list_select_related = ("account",)
    search_fields = ("phone_number", "phone_number_id", "waba_id", "verified_name", "account__name")
    ordering = ("-id",)

    def get_fields(self, request: HttpRequest, obj: object = None) -> Any:
        secret = set(sealed_columns(OfficialWhatsappCredential))
        return [column.name for column in OfficialWhatsappCredential._meta.fields if column.name not in secret]

    def get_urls(self) -> Any:
        page = self.admin_site.admin_view(self.webhooks)
        return [path("webhooks/", page, name="app_webhooks"), *super().get_urls()]

    def webhooks(self, request: HttpRequest) -> HttpResponse:
        """Where each provider delivers to; a POST registers our address there."""
        apps = [facts for facts in offered() if facts.name in providers.names()]
        if request.method == "POST":
            chosen = request.POST.get("provider")
            if chosen not in [facts.name for facts in apps]:
                raise PermissionDenied
            _tell(request, hooks.register(chosen).checks)
            return redirect("admin:app_webhooks")
        shown = {
            **self.admin_site.each_context(request),
            "title": _("Webhooks of our apps"),
            "apps": [_as_shown(facts) for facts in apps],
        }
        return render(request, "admin/numbers/webhooks.html", shown)


def _tell(request: HttpRequest, checks: tuple[Check, ...]) -> None:
    wrong = [check for check in checks if not check.ok]
    for check in wrong:
        messages.error(request, " ".join(filter(None, [_said(check.message), _said(check.cure), check.details])))
    if not wrong:
        messages.success(request, gettext("Registered."))


def _as_shown(facts: Facts) -> dict[str, Any]:
    place = platform(facts.name)
    missing = providers.get(facts.name).missing_settings(place)
    found = () if missing else hooks.read_back(facts.name).checks
    checks = [
        {"ok": check.ok, "message": _said(check.message), "cure": _said(check.cure), "details": check.details}
        for check in found
    ]
    return {"name": facts.name, "label": facts.label, "missing": missing, "checks": checks}


def _said(sentence: str) -> str:
    return gettext(sentence) if sentence else ""
