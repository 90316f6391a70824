"""Connected numbers, for the operator: facts and states, and nothing that is sealed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from safarichat.accounts.operators import ForOperators
from safarichat.ground.fields import sealed_columns
from safarichat.numbers.models import OfficialWhatsappCredential


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
