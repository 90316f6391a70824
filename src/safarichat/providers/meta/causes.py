"""What `check` can find wrong at Meta: each cause with the sides it hurts and the deed that repairs it."""

from msgspec.structs import replace

from safarichat.providers.cloud_api.codes_access import SIGN_IN
from safarichat.providers.errors import N_
from safarichat.providers.meta.causes_hooks import HOOK_CAUSES
from safarichat.providers.shapes import Problem, Side

EVERY_SIDE: tuple[Side, ...] = ("sending", "receiving", "templates", "media")
OUT: tuple[Side, ...] = ("sending", "templates", "media")
NOTICE = N_("Open the number in WhatsApp Manager and follow the notice there.")
APPEAL = N_("Open the number in WhatsApp Manager and ask for a review.")

# --- the sign-in -----------------------------------------------------------------------------------------------------

TOKEN_INVALID = Problem(
    key="token_invalid",
    message=N_("Meta does not accept this number's sign-in any more."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
TOKEN_EXPIRED = Problem(
    key="token_expired",
    message=N_("This number's sign-in with Meta has expired."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
TOKEN_REVOKED = Problem(
    key="token_revoked",
    message=N_("This number's sign-in with Meta was withdrawn."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
APP_REMOVED = Problem(
    key="app_removed",
    message=N_("The business removed our app from its account."),
    cure=SIGN_IN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
WRONG_APP = Problem(
    key="wrong_app",
    message=N_("The sign-in was made for another Meta app."),
    cure=N_("Sign in again here. With an app of your own: make the token for the very app whose id you give."),
    fault="us",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
SCOPE_MISSING = Problem(
    key="scope_missing",
    message=N_("A permission that is needed was not given."),
    cure=N_("Sign in once more and leave every permission ticked."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
APP_SECRET_WRONG = Problem(
    key="app_secret_wrong",
    message=N_("Meta does not accept the app's id and secret together: the secret was changed, or is another app's."),
    cure=N_("Copy both anew from the app's page at Meta: into META_APP_ID and META_APP_SECRET, or by signing in again "
            "with an app of your own."),
    fault="us",
    scope="credential",
    number_status="attention",
    hurts=EVERY_SIDE,
)  # fmt: skip

# --- the number ------------------------------------------------------------------------------------------------------

UNREACHABLE = Problem(
    key="object_unreachable",
    message=N_("Meta shows this number or its account no more to this sign-in: the access was taken back."),
    cure=N_("Sign in again and share this business account and number."),
    fault="business",
    scope="credential",
    number_status="attention",
    hurts=EVERY_SIDE,
)
HELD_ELSEWHERE = Problem(
    key="number_held_elsewhere",
    message=N_("This number is held by another WhatsApp Business account or provider now."),
    cure=N_("Move it back in WhatsApp Manager and sign in again, or disconnect it here."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
BANNED = Problem(
    key="number_banned",
    message=N_("Meta has banned this number."),
    cure=APPEAL,
    fault="business",
    scope="number",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
RESTRICTED = Problem(
    key="number_restricted",
    message=N_("Meta has restricted this number for breaking its rules."),
    cure=N_("Open the number in WhatsApp Manager: it says what is forbidden, until when, and how to ask for a review."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("sending", "templates"),
)
LIMIT_REACHED = Problem(
    key="limit_reached",
    message=N_("This number has written to as many new people today as Meta allows it."),
    cure=N_("Wait a day; the limit rises by itself while people welcome what you send. Answers go out all the same."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("templates",),
)
UNVERIFIED = Problem(
    key="number_unverified",
    message=N_("The phone number is not verified yet."),
    cure=N_("Ask for a code by SMS or call on the number's page and type it there."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
NOT_REGISTERED = Problem(
    key="not_registered",
    message=N_("This number is not registered: it can neither send nor receive."),
    cure=N_("Press “Repair”: it is registered again with its PIN."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
    repair="register",
)
PIN_MISMATCH = Problem(
    key="pin_mismatch",
    message=N_("This number is not registered, and its two-step PIN is another one than ours."),
    cure=N_("Register it with its present PIN on the number's page. If nobody knows it, switch two-step verification "
            "off in WhatsApp Manager: Meta confirms by e-mail."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)  # fmt: skip
COMPANION_INACTIVE = Problem(
    key="companion_inactive",
    message=N_("The WhatsApp Business app on the phone and this platform are not linked any more: the app was not "
               "opened for too long, or somebody ended the link there."),
    cure=N_("Open the WhatsApp Business app on the phone, then press “Sign in again” here."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)  # fmt: skip
NAME_DECLINED = Problem(
    key="name_declined",
    message=N_("Meta did not accept the name that customers shall see."),
    cure=N_("Ask for another name on the number's page: it must fit your business and its website."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("sending",),
)
NAME_IN_REVIEW = Problem(
    key="name_in_review",
    message=N_("Meta is still reviewing the name that customers shall see."),
    cure=N_("Nothing to do: this mostly ends within a day or two."),
    fault="provider",
    scope="number",
)
QUALITY_LOW = Problem(
    key="quality_low",
    message=N_("Meta rates this number's quality as low."),
    cure=N_("Send only what people asked for, and make it easy to opt out."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("templates",),
)

# --- who may send, by Meta's health status ---------------------------------------------------------------------------

PAYMENT_MISSING = Problem(
    key="payment_missing",
    message=N_("There is no payment method at Meta, or it does not work: what costs something is not sent."),
    cure=N_("Add a payment method in WhatsApp Manager, then test the connection again."),
    fault="business",
    scope="account",
    number_status="attention",
    hurts=("templates",),
)
CANNOT_SEND = Problem(
    key="cannot_send",
    message=N_("Meta says that this number can't send at the moment."),
    cure=NOTICE,
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("sending", "templates"),
)
ACCOUNT_BLOCKED = replace(
    CANNOT_SEND,
    key="account_blocked",
    message=N_("Meta lets no number of this WhatsApp Business account send at the moment."),
    scope="account",
)
BUSINESS_BLOCKED = replace(
    CANNOT_SEND,
    key="business_blocked",
    message=N_("Meta lets no number of this business send at the moment."),
    cure=N_("Open the business's settings at Meta (business.facebook.com) and follow the notice there."),
    scope="account",
)
APP_BLOCKED = replace(
    CANNOT_SEND,
    key="app_blocked",
    message=N_("Meta lets nobody send through this app at the moment."),
    cure=N_("Ask whoever owns the Meta app to look for a notice on its page at developers.facebook.com."),
    fault="us",
    scope="account",
)
SENDING_LIMITED = Problem(
    key="sending_limited",
    message=N_("Meta lets this number send to fewer people than it could."),
    cure=N_("Follow the reason in the details."),
    fault="business",
    scope="number",
    hurts=("sending",),
)

# --- the account -----------------------------------------------------------------------------------------------------

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
    hurts=OUT,
)
ACCOUNT_DISABLED = Problem(
    key="account_disabled",
    message=N_("Meta has disabled this WhatsApp Business account."),
    cure=N_("Open the account in WhatsApp Manager, read the reason and ask for a review."),
    fault="business",
    scope="account",
    number_status="suspended",
    hurts=EVERY_SIDE,
)

CAUSES = (
    TOKEN_INVALID,
    TOKEN_EXPIRED,
    TOKEN_REVOKED,
    APP_REMOVED,
    WRONG_APP,
    SCOPE_MISSING,
    APP_SECRET_WRONG,
    UNREACHABLE,
    HELD_ELSEWHERE,
    BANNED,
    RESTRICTED,
    LIMIT_REACHED,
    UNVERIFIED,
    NOT_REGISTERED,
    PIN_MISMATCH,
    COMPANION_INACTIVE,
    NAME_DECLINED,
    NAME_IN_REVIEW,
    QUALITY_LOW,
    PAYMENT_MISSING,
    CANNOT_SEND,
    ACCOUNT_BLOCKED,
    BUSINESS_BLOCKED,
    APP_BLOCKED,
    SENDING_LIMITED,
    IN_REVIEW,
    REJECTED,
    ACCOUNT_DISABLED,
    *HOOK_CAUSES,
)
# What Meta answers when access was taken back depends on the kind of token: it sees nothing, or may nothing.
_BY_KEY = {cause.key: cause for cause in CAUSES} | {"permission_denied": UNREACHABLE}


def as_cause(problem: Problem) -> Problem:
    """A problem that an answer told, as the cause it is: with the sides it hurts and what repairs it."""
    cause = _BY_KEY.get(problem.key)
    if cause is None:
        return problem
    return replace(
        cause,
        code=problem.code,
        subcode=problem.subcode,
        details=problem.details,
        http_status=problem.http_status,
        trace_id=problem.trace_id,
    )
