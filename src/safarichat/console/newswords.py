"""What a piece of provider news is called, and, where its own words are too terse, what it says."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIELDS: Mapping[str, Any] = {
    "account_alerts": gettext_lazy("A notice about the account"),
    "account_review_update": gettext_lazy("Review of the business account"),
    "account_settings_update": gettext_lazy("Settings of the account"),
    "account_update": gettext_lazy("The business account changed"),
    "automatic_events": gettext_lazy("An event that the provider saw"),
    "business_capability_update": gettext_lazy("The business's limits changed"),
    "business_username_updates": gettext_lazy("The number's username"),
    "calls": gettext_lazy("A call"),
    "consumer_profile": gettext_lazy("A customer's profile"),
    "flows": gettext_lazy("A form (flow)"),
    "group_lifecycle_update": gettext_lazy("A group was made or deleted"),
    "group_participants_update": gettext_lazy("Members of a group changed"),
    "group_settings_update": gettext_lazy("Settings of a group"),
    "group_status_update": gettext_lazy("State of a group"),
    "history": gettext_lazy("Earlier messages from the phone"),
    "message_template_components_update": gettext_lazy("A template's text changed"),
    "message_template_quality_update": gettext_lazy("A template's quality"),
    "message_template_status_update": gettext_lazy("A template's review"),
    "messages": gettext_lazy("About messages"),
    "messaging_handovers": gettext_lazy("A conversation was handed over"),
    "partner_solutions": gettext_lazy("A solution of several partners"),
    "payment_configuration_update": gettext_lazy("Payments in chats"),
    "phone_number_name_update": gettext_lazy("The display name"),
    "phone_number_quality_update": gettext_lazy("The number's quality, limit or speed"),
    "security": gettext_lazy("The number's two-step PIN"),
    "smb_app_state_sync": gettext_lazy("The phone's address book"),
    "standby": gettext_lazy("A copy of another partner's conversation"),
    "template_category_update": gettext_lazy("A template's category"),
    "tracking_events": gettext_lazy("An event that is tracked"),
    "user_id_update": gettext_lazy("A customer's id changed"),
    "user_preferences": gettext_lazy("A customer chose what they want to get"),
}


def heading(field: str) -> str:
    """The provider's own word where ours is missing."""
    return str(FIELDS.get(field, field))


def about(value: Any) -> str:
    """What it is about, as far as one word of it tells: a template's name, a choice."""
    if not isinstance(value, dict):
        return ""
    if name := value.get("message_template_name"):
        language = value.get("message_template_language")
        return f"{name} ({language})" if language else str(name)
    if value.get("group_id"):
        return _("in a group")
    if value.get("category") == "marketing_messages":
        return _("advertising messages")
    return ""
