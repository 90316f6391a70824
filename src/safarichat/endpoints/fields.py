"""The fields that an endpoint may ask for, by the names that stand in its envelopes."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from safarichat.endpoints.watching import LINK, NUMBER
from safarichat.providers.changes import MESSAGES, STATUSES

KINDS: Mapping[str, Promise] = {  # of the field `messages`
    MESSAGES: _("What customers write"),
    STATUSES: _("What becomes of your messages"),
    "errors": _("Errors that are about no message"),
    "user_actions": _("What customers do with marketing messages"),
}
META: Mapping[str, Promise] = {
    MESSAGES: _("Messages and statuses"),
    "smb_message_echoes": _("What is written on the phone"),
    "message_echoes": _("What is sent through another partner"),
    "history": _("Earlier conversations of a phone"),
    "smb_app_state_sync": _("The phone's address book"),
    "user_preferences": _("Customers' choices about marketing messages"),
    "message_template_status_update": _("Templates: their review"),
    "message_template_quality_update": _("Templates: their quality"),
    "message_template_components_update": _("Templates: their text"),
    "template_category_update": _("Templates: their category"),
    "account_update": _("The business account"),
    "account_alerts": _("Alerts about the business account"),
    "account_review_update": _("The review of the business account"),
    "business_capability_update": _("Limits of the business account"),
    "phone_number_quality_update": _("A number's quality and limit"),
    "phone_number_name_update": _("A number's display name"),
    "security": _("A number's two-step verification"),
}
OURS: Mapping[str, Promise] = {
    NUMBER: _("Only SafariChat tells this: a number is connected, about to expire, failed or disconnected"),
    LINK: _("Only SafariChat tells this: a customer has connected a number through a connect link"),
}
ALL = {**META, **OURS}
