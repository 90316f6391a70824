"""What can be wrong at Twilio beyond its own error codes, and which of those codes say something of a whole number."""

from msgspec.structs import replace

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem, Side
from safarichat.providers.twilio.codes_rest import CONSOLE, NEW_TOKEN, SENDERS
from safarichat.providers.twilio.errors import problem_with

EVERY_SIDE: tuple[Side, ...] = ("sending", "receiving", "templates", "media")
OUT: tuple[Side, ...] = ("sending", "templates", "media")
GOES_ON = N_("Nothing to do: this page goes on by itself.")
REPAIR = N_("Press “Repair”: it is set again.")

# --- the account -----------------------------------------------------------------------------------------------------

TOKEN_INVALID = replace(problem_with(20003), code=None, hurts=EVERY_SIDE)
TOKEN_WRONG = Problem(
    key="token_wrong",
    message=N_("Twilio does not accept this Account SID with this Auth Token."),
    cure=N_("Copy both once more from the first page of Twilio's console."),
    fault="business",
    scope="credential",
)
TOKEN_OLD = Problem(
    key="token_replaced",
    message=N_("Twilio does not accept this account's Auth Token any more, and signs its webhooks with a newer one."),
    cure=NEW_TOKEN,
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=("receiving",),
)
KEY_REFUSED = Problem(
    key="api_key_refused",
    message=N_("Twilio does not accept the API key: it was deleted, or it may not do this."),
    cure=N_("Press “Sign in again” and give a Standard or Main key of this account, or the Auth Token alone."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=OUT,
)
ACCOUNT_SUSPENDED = Problem(
    key="account_suspended",
    message=N_("Twilio has suspended this account."),
    cure=CONSOLE,
    fault="business",
    scope="account",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
SUBACCOUNT_SUSPENDED = Problem(
    key="subaccount_suspended",
    message=N_("The Twilio account that was made for this number is suspended."),
    cure=N_("Ask whoever runs this installation: it can be opened again in the console of the parent account."),
    fault="us",
    scope="account",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
ACCOUNT_CLOSED = Problem(
    key="account_closed",
    message=N_("This Twilio account is closed, which is final."),
    cure=N_("Connect the number with another Twilio account, or through another provider."),
    fault="business",
    scope="account",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
TRIAL = Problem(
    key="trial_account",
    message=N_("This Twilio account is a trial: it writes to verified numbers only, and to few of them."),
    cure=N_("Upgrade the account in Twilio's console."),
    fault="business",
    scope="account",
    number_status="attention",
    hurts=("sending",),
)

# --- the sender ------------------------------------------------------------------------------------------------------

NO_SENDER = Problem(
    key="no_number",
    message=N_("This Twilio account has no WhatsApp sender yet."),
    cure=N_(
        "Make it in Twilio's console: Messaging, Senders, WhatsApp senders, “Create new sender”. When it is shown as "
        "Online, go on here."
    ),
    fault="business",
)
OTHER_SENDERS = Problem(
    key="number_unknown",
    message=N_("The number that you gave is no WhatsApp sender of this Twilio account."),
    cure=N_("Start again with the number of one of its senders, or leave the number out."),
    fault="business",
)
SENDER_GONE = Problem(
    key="sender_gone",
    message=N_("This Twilio account has no such WhatsApp sender any more."),
    cure=SENDERS,
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
SENDER_OFFLINE = Problem(
    key="sender_not_online",
    message=N_("Twilio shows the sender as offline."),
    cure=SENDERS,
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
BEING_MADE = Problem(
    key="sender_being_made",
    message=N_("Twilio is setting the sender up."),
    cure=GOES_ON,
    fault="provider",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
IN_REVIEW = Problem(
    key="sender_in_review",
    message=N_("Twilio is reviewing the sender and its name."),
    cure=N_("Nothing to do: this page goes on by itself, mostly within a day."),
    fault="provider",
    scope="number",
    hurts=EVERY_SIDE,
)
NOT_VERIFIED = Problem(
    key="sender_not_verified",
    message=N_("The number still has to be verified with the code that Twilio sent to it."),
    cure=N_("Type the code here, or in Twilio's console, where another one can be asked for."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=EVERY_SIDE,
)
CODE_WRONG = Problem(
    key="code_wrong",
    message=N_("Twilio does not accept this code."),
    cure=N_("Type the newest code that the number got."),
    fault="business",
    scope="number",
)
NO_NUMBER_SHARED = Problem(
    key="no_number",
    message=N_("The WhatsApp Business account has no phone number yet."),
    cure=N_("Sign in once more and add the number in Meta's window."),
    fault="business",
)
QUALITY_LOW = Problem(
    key="quality_low",
    message=N_("WhatsApp rates this number's quality as low."),
    cure=N_("Send only what people asked for, and make it easy to opt out."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("templates",),
)

# --- the way of its webhooks -----------------------------------------------------------------------------------------

ADDRESS_REFUSED = Problem(
    key="hook_address_refused",
    message=N_("Twilio delivers to addresses without an underscore in their host only."),
    cure=N_("Ask whoever runs this installation to give it such a public address (SAFARICHAT_BASE_URL)."),
    fault="us",
    hurts=("receiving",),
)
HOOK_MISSING = Problem(
    key="hook_missing",
    message=N_("Twilio has no webhook address for this sender: nothing that customers write arrives."),
    cure=REPAIR,
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
HOOK_ELSEWHERE = Problem(
    key="hook_elsewhere",
    message=N_("Twilio delivers this number's messages to another address."),
    cure=N_("Press “Repair” to have them here. The other program then gets them no more."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
HOOK_METHOD = Problem(
    key="hook_method",
    message=N_("Twilio delivers this number's messages by another method than POST, which we do not take."),
    cure=REPAIR,
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
STATUS_HOOK_MISSING = Problem(
    key="status_hook_missing",
    message=N_("The sender has no address of ours for statuses: what is sent elsewhere stays without ticks here."),
    cure=REPAIR,
    fault="business",
    scope="number",
    hurts=("receiving",),
    repair="set_hook",
)
SERVICE_OVERRIDES = Problem(
    key="hook_overridden",
    message=N_("A messaging service at Twilio takes this sender's messages to another address."),
    cure=N_("Press “Repair”: the service then leaves them to the sender's own address."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)


# --- what Twilio's own codes say of a whole number -------------------------------------------------------------------


def offline_because(code: int | None, details: str = "") -> Problem:
    """A reason that stands at a sender which is offline. One that nobody knows is told in Twilio's own words."""
    known = problem_with(code, details)
    if known.key == "unknown_code":
        return replace(SENDER_OFFLINE, code=code, details=known.details)
    return replace(known, hurts=EVERY_SIDE, number_status=known.number_status or "attention")


def last_refused(code: int | None, details: str = "") -> Problem | None:
    """What the last message's failure says of the number; None: it concerns that message or person only."""
    known = problem_with(code, details)
    if known.scope not in ("number", "account", "credential"):
        return None
    if known.number_status:  # (!) no more than this: a number that may not send would never have another last message
        known = replace(known, number_status="attention")
    return replace(known, hurts=("sending", "templates"))


OFFLINE_CODES = (63001, 63008, 63013, 63020, 63022, 63026, 63051, 63101, 63110, 63124)
REFUSING_CODES = (63007, 63018, 63038)
CAUSES = (
    TOKEN_INVALID,
    TOKEN_OLD,
    KEY_REFUSED,
    ACCOUNT_SUSPENDED,
    SUBACCOUNT_SUSPENDED,
    ACCOUNT_CLOSED,
    TRIAL,
    SENDER_GONE,
    SENDER_OFFLINE,
    BEING_MADE,
    IN_REVIEW,
    NOT_VERIFIED,
    QUALITY_LOW,
    ADDRESS_REFUSED,
    HOOK_MISSING,
    HOOK_ELSEWHERE,
    HOOK_METHOD,
    STATUS_HOOK_MISSING,
    SERVICE_OVERRIDES,
    *(offline_because(code) for code in OFFLINE_CODES),
    *(problem for code in REFUSING_CODES if (problem := last_refused(code))),
)
