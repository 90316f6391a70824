"""What can befall a business account or a number of it, as webhooks tell it (reference §7.10, §2.11)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.codes_access import SIGN_IN
from safarichat.providers.cloud_api.codes_messages import MANAGER
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

RESTRICTED = Problem(
    key="account_restricted",
    message=N_("Meta has restricted what this business account may do."),
    cure=MANAGER,
    fault="business",
    scope="account",
    number_status="attention",
)
VIOLATION = replace(
    RESTRICTED, key="policy_violation", message=N_("Meta says that this business account went against its policies.")
)
DISABLED = replace(
    RESTRICTED,
    key="account_disabled",
    message=N_("Meta has disabled this business account."),
    cure=N_("Ask for a review in WhatsApp Manager under Account Quality."),
    number_status="suspended",
)
TO_BE_DISABLED = replace(
    DISABLED,
    key="account_to_be_disabled",
    message=N_("Meta is going to disable this business account."),
    number_status="attention",
)
REVIEW_REJECTED = replace(
    DISABLED,
    key="review_rejected",
    message=N_("Meta's review did not approve this business account."),
    cure=N_("Open the account in WhatsApp Manager and ask for another review."),
)
DELETED = replace(
    RESTRICTED,
    key="account_deleted",
    message=N_("This business account was deleted at Meta."),
    cure=N_("Connect the number again with another business account."),
    number_status="",
)
REMOVED = Problem(
    key="access_withdrawn",
    message=N_("The business withdrew our access to this account."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
OFFBOARDED = Problem(
    key="off_the_platform",
    message=N_("The number in the WhatsApp Business app is not connected to the platform any more."),
    cure=N_("In the app open Settings › Account › Business Platform and connect again, or sign in here again."),
    fault="business",
    scope="number",
    number_status="suspended",
)
NAME_REFUSED = Problem(
    key="name_refused",
    message=N_("Meta did not accept the display name."),
    cure=N_("Choose another name in WhatsApp Manager that fits Meta's guidelines for display names."),
    fault="business",
    scope="number",
    number_status="attention",
)
FLAGGED = Problem(
    key="quality_flagged",
    message=N_("Meta has flagged this number because of its low quality."),
    cure=N_("Send only what people asked for; the flag goes when the quality stays better for seven days."),
    fault="business",
    scope="number",
    number_status="attention",
)
PIN_RESET_ASKED = Problem(
    key="pin_reset_asked",
    message=N_("Somebody asked Meta to take the two-step PIN off this number."),
    cure=N_("If nobody of your business did, look in WhatsApp Manager who has access, and set a new PIN."),
    fault="business",
    scope="number",
)
USERNAME_REVOKED = Problem(
    key="username_revoked",
    message=N_("WhatsApp took the username of this number away."),
    cure=N_("Choose another username in WhatsApp Manager."),
    fault="business",
    scope="number",
)

# Why a number of the WhatsApp Business app was cut off (`disconnection_info.reason`).
CUT_OFF: Mapping[str, Problem] = {
    "ACCOUNT_DISCONNECTED": replace(
        REMOVED, message=N_("The number was disconnected from us in the WhatsApp Business app.")
    ),
    "BUSINESS_DOWNGRADE": replace(
        REMOVED,
        key="app_downgraded",
        message=N_("The number moved from the WhatsApp Business app to the ordinary WhatsApp."),
        cure=N_("Register the number in the WhatsApp Business app again, then sign in again."),
    ),
    "CHANGE_NUMBER": replace(
        REMOVED,
        key="app_number_changed",
        message=N_("The WhatsApp Business app was moved to another phone number."),
        cure=N_("Connect the new number here."),
    ),
    "COMPANION_INACTIVITY": replace(
        REMOVED,
        key="companion_inactive",
        message=N_("The connection beside the WhatsApp Business app was not used for 30 days and was ended."),
    ),
    "PRIMARY_INACTIVITY": replace(
        REMOVED,
        key="phone_inactive",
        message=N_("The phone with this number was not used for 14 days, so WhatsApp ended the connection."),
        cure=N_("Open the WhatsApp Business app on the phone, then sign in again; open it every week."),
    ),
    "USER_RE_REGISTERED": replace(
        REMOVED,
        key="app_registered_again",
        message=N_("The number was registered anew in the WhatsApp Business app, which ended the connection."),
    ),
}

_ALERT = Problem(
    key="account_alert",
    message=N_("Meta has something to say about this account."),
    cure=MANAGER,
    fault="business",
    scope="account",
)
MORE_REFUSED = replace(
    _ALERT, key="limit_not_raised", message=N_("Meta does not raise this business's sending limit for now.")
)
ALERTS: Mapping[str, Problem] = {
    "OBA_REJECTED": replace(
        _ALERT, key="official_refused", message=N_("Meta did not make this number an official business account.")
    ),
    "PROFILE_PICTURE_LOST": replace(
        _ALERT,
        key="picture_lost",
        message=N_("The number lost its profile picture."),
        cure=N_("Upload the picture again."),
        scope="number",
    ),
    "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED": MORE_REFUSED,
    "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED": MORE_REFUSED,
    "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO": replace(
        MORE_REFUSED,
        key="limit_needs_more",
        message=N_("Meta needs to know more about this business before it raises the sending limit."),
    ),
}


def alert(kind: str) -> Problem:
    return ALERTS.get(kind, _ALERT)
