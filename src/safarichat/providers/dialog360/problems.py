"""What can be wrong at 360dialog beyond Meta's own error codes."""

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem, Side

EVERY_SIDE: tuple[Side, ...] = ("sending", "receiving", "templates", "media")
OUT: tuple[Side, ...] = ("sending", "templates", "media")

KEY_INVALID = Problem(
    key="key_replaced",
    message=N_("360dialog does not accept this number's API key any more: a newer key was made, or it was deleted."),
    cure=N_("Press “Sign in again” and use the newest key. Making a key in the hub always ends the older one."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=EVERY_SIDE,
    repair="new_key",
)
KEY_WRONG = Problem(
    key="key_wrong",
    message=N_("360dialog does not accept this API key."),
    cure=N_("Copy the whole key from 360dialog's hub once more. Where a newer one was made, only that one is good."),
    fault="business",
    scope="credential",
)
DISABLED = Problem(
    key="account_disabled",
    message=N_("360dialog has switched this number's API off."),
    cure=N_("Ask 360dialog's support why, then test the connection again."),
    fault="provider",
    scope="credential",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
UNPAID = Problem(
    key="payment_missing",
    message=N_("360dialog does not send because an invoice is not paid or the balance is used up."),
    cure=N_("Pay in 360dialog's hub. What waits here goes out afterwards."),
    fault="business",
    scope="credential",
    number_status="suspended",
    hurts=("sending", "templates"),
)
NO_PERMISSION = Problem(
    key="permission_missing",
    message=N_("The owner of this number has not allowed this installation's partner account to use it."),
    cure=N_("Open 360dialog's hub, go to the number's permissions and allow it; then go on here."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
    hurts=EVERY_SIDE,
)
PARTNER_REFUSED = Problem(
    key="partner_key_refused",
    message=N_("360dialog does not accept this installation's partner key."),
    cure=N_("Ask whoever runs this installation to put the hub's newest key into D360_PARTNER_API_KEY."),
    fault="us",
)
BLOCKED_PATH = Problem(
    key="not_allowed",
    message=N_("360dialog does not allow this request for this number."),
    cure=N_("Ask 360dialog's support to switch the function on."),
    fault="business",
)
NOT_FOUND = Problem(
    key="not_found",
    message=N_("360dialog knows no such thing."),
    cure=N_("Test the connection; if it stays so, sign in again."),
    fault="us",
)
TOO_FAST = Problem(
    key="provider_busy",
    message=N_("360dialog asks us to slow down."),
    cure=N_("Nothing to do: we go on by ourselves after a pause."),
    fault="provider",
)
REFUSED = Problem(
    key="gateway_refused",
    message=N_("360dialog refused the request."),
    cure=N_("Read its own words in the details."),
    fault="us",
)
NOT_LIVE = Problem(
    key="channel_not_live",
    message=N_("360dialog is still setting the number up."),
    cure=N_("Nothing to do: this page goes on by itself, mostly within minutes."),
    fault="provider",
    hurts=EVERY_SIDE,
)
ENDED = Problem(
    key="channel_cancelled",
    message=N_("The contract for this number with 360dialog has ended."),
    cure=N_("Reactivate the number in 360dialog's hub, or connect it elsewhere."),
    fault="business",
    scope="credential",
    number_status="suspended",
    hurts=EVERY_SIDE,
)
NOT_OURS = Problem(
    key="channel_not_ours",
    message=N_("360dialog does not list this number under this installation's partner account."),
    cure=N_("Start again with the button here, and choose your own number."),
    fault="business",
)
NO_NUMBER = Problem(
    key="no_number",
    message=N_("No number was chosen at 360dialog."),
    cure=N_("Start again, choose or add a number and allow this installation to use it."),
    fault="business",
)
NUMBER_UNKNOWN = Problem(
    key="number_unknown",
    message=N_("360dialog did not tell which number this key belongs to."),
    cure=N_("Try again in a minute; if it stays so, ask 360dialog's support whether the number is live."),
    fault="provider",
)
ADDRESS_REFUSED = Problem(
    key="hook_address_refused",
    message=N_("360dialog delivers to https addresses without a port and without an underscore only."),
    cure=N_("Ask whoever runs this installation to give it such a public address (SAFARICHAT_BASE_URL)."),
    fault="us",
    hurts=("receiving",),
)
HOOK_MISSING = Problem(
    key="hook_missing",
    message=N_("360dialog has no webhook address for this number: nothing that customers write arrives."),
    cure=N_("Press “Repair”: it is set again."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
HOOK_ELSEWHERE = Problem(
    key="hook_elsewhere",
    message=N_("360dialog delivers this number's messages to another address."),
    cure=N_("Press “Repair” to have them here. The other program then gets them no more."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("receiving",),
    repair="set_hook",
)
HOOK_OVERRIDDEN = Problem(
    key="hook_overridden",
    message=N_("A webhook of the whole business account takes this number's messages to another address."),
    cure=N_("Ask whoever set it at 360dialog to take “override_all” away, or 360dialog's support to clear it."),
    fault="business",
    scope="account",
    number_status="attention",
    hurts=("receiving",),
)
PARTNER_HOOK_MISSING = Problem(
    key="partner_hook_missing",
    message=N_("360dialog does not tell this installation about changes of its numbers."),
    cure=N_("Ask whoever runs this installation: “safarichat check --fix” registers the partner webhook."),
    fault="us",
    number_status="attention",
)
CANNOT_SEND = Problem(
    key="cannot_send",
    message=N_("WhatsApp says that this number can't send at the moment."),
    cure=N_("Follow the reason in the details; 360dialog's hub shows it, too."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("sending", "templates"),
)
LIMITED = Problem(
    key="sending_limited",
    message=N_("WhatsApp lets this number send to fewer people than it could."),
    cure=N_("Follow the reason in the details."),
    fault="business",
    scope="number",
    hurts=("sending",),
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
NAME_DECLINED = Problem(
    key="name_declined",
    message=N_("WhatsApp did not accept the name that customers shall see."),
    cure=N_("Ask for another name in 360dialog's hub."),
    fault="business",
    scope="number",
    number_status="attention",
    hurts=("templates",),
)
RESTRICTED = Problem(
    key="account_restricted",
    message=N_("WhatsApp has restricted this business account."),
    cure=N_("Open 360dialog's hub and follow the notice there."),
    fault="business",
    scope="account",
    number_status="suspended",
    hurts=("sending", "templates"),
)
VIOLATION = Problem(
    key="account_violation",
    message=N_("WhatsApp warns that its rules were broken."),
    cure=N_("Read the notice in 360dialog's hub before you go on sending."),
    fault="business",
    scope="account",
    number_status="attention",
    hurts=("templates",),
)

CAUSES = (
    KEY_INVALID,
    DISABLED,
    UNPAID,
    NO_PERMISSION,
    PARTNER_REFUSED,
    NOT_LIVE,
    ENDED,
    ADDRESS_REFUSED,
    HOOK_MISSING,
    HOOK_ELSEWHERE,
    HOOK_OVERRIDDEN,
    PARTNER_HOOK_MISSING,
    CANNOT_SEND,
    LIMITED,
    QUALITY_LOW,
    NAME_DECLINED,
    RESTRICTED,
    VIOLATION,
)
