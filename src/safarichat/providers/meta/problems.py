"""What can be wrong with a connection to Meta beyond the codes of its errors."""

from safarichat.providers.cloud_api.codes_access import SIGN_IN, TELL_OPERATOR
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

AGAIN = N_("Sign in once more.")

SETTINGS_MISSING = Problem(
    key="settings_missing",
    message=N_("This installation is not set up for Meta yet."),
    cure=N_("Ask whoever runs this installation to set what the details name."),
    fault="us",
)
CODE_MISSING = Problem(
    key="code_missing",
    message=N_("Meta's sign-in ended without the code that belongs to it."),
    cure=AGAIN,
    fault="business",
)
TOKEN_MISSING = Problem(
    key="token_missing",
    message=N_("Meta took the sign-in's code and gave no access for it."),
    cure=AGAIN,
    fault="provider",
)
TOKEN_INVALID = Problem(
    key="token_invalid",
    message=N_("Meta does not accept this number's sign-in any more."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
WRONG_APP = Problem(
    key="wrong_app",
    message=N_("The sign-in was made for another Meta app."),
    cure=TELL_OPERATOR,
    fault="us",
    scope="credential",
    number_status="reauth_required",
)
SCOPE_MISSING = Problem(
    key="scope_missing",
    message=N_("A permission that is needed was not given."),
    cure=N_("Sign in once more and leave every permission ticked."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
NO_ACCOUNT = Problem(
    key="no_account",
    message=N_("No WhatsApp Business account was shared."),
    cure=N_("Sign in once more and choose or create a WhatsApp Business account."),
    fault="business",
)
NO_NUMBER = Problem(
    key="no_number",
    message=N_("The WhatsApp Business account has no phone number yet."),
    cure=N_("Add a number in WhatsApp Manager and go on here, or sign in once more and add it there."),
    fault="business",
)
NOT_VERIFIED = Problem(
    key="number_unverified",
    message=N_("The phone number is not verified yet."),
    cure=N_("Verify it by SMS or call in WhatsApp Manager, then go on here."),
    fault="business",
)
PIN_NEEDED = Problem(
    key="pin_needed",
    message=N_("A six-digit PIN is needed to register the number."),
    cure=N_("Give a PIN of six digits."),
    fault="business",
)
NOT_SUBSCRIBED = Problem(
    key="not_subscribed",
    message=N_("Meta does not list our app among those that get this account's events."),
    cure=N_("Test the connection again in a minute; if it stays so, press “Sign in again”."),
    fault="provider",
    scope="account",
    number_status="attention",
)
OVERRIDDEN = Problem(
    key="callback_overridden",
    message=N_("Another webhook address is set for this number or account: messages go there and not to us."),
    cure=N_("Remove the address named in the details in the software that set it, or sign in again."),
    fault="business",
    scope="account",
    number_status="attention",
)
HOOK_MISSING = Problem(
    key="hook_missing",
    message=N_("Meta does not deliver this app's events to our address."),
    cure=N_("Ask whoever runs this installation to register the webhook: on the number's page, or by “safarichat check "
            "--fix”."),
    fault="us",
    scope="account",
    number_status="attention",
)  # fmt: skip
IN_REVIEW = Problem(
    key="in_review",
    message=N_("Meta is still reviewing this business account."),
    cure=N_("Nothing to do: this ends by itself, mostly within a day."),
    fault="provider",
    scope="account",
)
REJECTED = Problem(
    key="review_rejected",
    message=N_("Meta's review did not approve this business account."),
    cure=N_("Open the account in WhatsApp Manager and ask for another review."),
    fault="business",
    scope="account",
    number_status="suspended",
)
BANNED = Problem(
    key="number_banned",
    message=N_("Meta has banned this number."),
    cure=N_("Open the number in WhatsApp Manager and ask for a review."),
    fault="business",
    scope="number",
    number_status="suspended",
)
CANNOT_SEND = Problem(
    key="cannot_send",
    message=N_("Meta says that this number can't send at the moment."),
    cure=N_("Open the number in WhatsApp Manager and follow the notice there."),
    fault="business",
    scope="number",
    number_status="attention",
)
QUALITY_LOW = Problem(
    key="quality_low",
    message=N_("Meta rates this number's quality as low."),
    cure=N_("Send only what people asked for, and make it easy to opt out."),
    fault="business",
    scope="number",
    number_status="attention",
)
