"""Errors as Graph answers them (reference §9)."""

from safarichat.sandbox import ids
from safarichat.sandbox.things import JSON
from safarichat.sandbox.wire import Answer, as_json

# code: (title, HTTP status when answered at once, details)
KNOWN: dict[int, tuple[str, int, str]] = {
    1: ("API Unknown", 400, ""),
    2: ("Service temporarily unavailable", 503, ""),
    3: ("Application does not have the capability to make this API call.", 500, ""),
    4: ("Application request limit reached", 400, ""),
    10: ("Application does not have permission for this action", 403, ""),
    33: ("Parameter value is not valid", 400, "The business phone number has been deleted."),
    100: ("Invalid parameter", 400, ""),
    190: ("Error validating access token", 401, ""),
    200: ("Permissions error", 403, ""),
    368: ("Temporarily blocked for policies violations", 403, ""),
    80007: ("Rate limit issues", 400, "The WhatsApp Business Account has reached its rate limit."),
    80008: ("There have been too many calls to this WhatsApp Business account.", 400, ""),
    130403: ("User has blocked the business", 400, "The business has been blocked by the user."),
    130429: ("Rate limit hit", 400, "Cloud API message throughput has been reached."),
    130472: ("User's number is part of an experiment", 400, "Message was not sent as part of an experiment."),
    130497: ("Business account is restricted from messaging users in this country.", 403, ""),
    131000: ("Something went wrong", 500, "Message failed to send due to an unknown error."),
    131005: ("Access denied", 403, "Permission is either not granted or has been removed."),
    131008: ("Required parameter is missing", 400, ""),
    131009: ("Parameter value is not valid", 400, ""),
    131016: ("Service unavailable", 500, "A service is temporarily unavailable."),
    131021: ("Recipient cannot be sender", 400, "Sender and recipient phone number is the same."),
    131026: ("Message undeliverable", 400, "Message undeliverable."),
    131030: ("Recipient phone number not in allowed list", 400, "Add recipient phone number to recipient list."),
    131031: ("Account has been locked", 403, "Business account has been locked."),
    131037: ("Display name approval needed", 400, "The number's display name is not approved yet."),
    131042: ("Business eligibility payment issue", 400, "There was an error related to your payment method."),
    131045: ("Incorrect certificate", 500, "Message failed to send due to a phone number registration error."),
    131047: (
        "Re-engagement message",
        400,
        "More than 24 hours have passed since the recipient last replied to the sender number.",
    ),
    131048: ("Spam rate limit hit", 400, "Message failed to send: too many messages from this number were flagged."),
    131049: (
        "This message was not delivered to maintain healthy ecosystem engagement.",
        400,
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: ("User opted out of marketing messages", 400, "The user has stopped marketing messages from you."),
    131051: ("Unsupported message type", 400, "Message type is currently not supported."),
    131052: ("Media download error", 400, "Failed to download the media sent by the user."),
    131053: ("Media upload error", 400, "Failed to upload the media."),
    131056: (
        "(Business Account, Consumer Account) pair rate limit hit",
        400,
        "Message failed to send because there were too many messages sent from this phone number to the same phone "
        "number in a short period of time.",
    ),
    131057: ("Account in maintenance mode", 500, "Business Account is in maintenance mode."),
    132000: ("Number of parameters does not match the expected number of params", 400, ""),
    132001: ("Template name does not exist in the translation", 404, ""),
    132005: ("Translated text too long", 400, ""),
    132012: ("Parameter format does not match", 400, ""),
    132015: ("Template is paused", 400, "Template is paused due to low quality."),
    132016: ("Template is disabled", 400, "Template has been paused too many times and is now disabled."),
    133000: ("Incomplete deregistration", 500, "A previous deregistration attempt failed."),
    133004: ("Server temporarily unavailable", 503, "Server is temporarily unavailable."),
    133005: ("Two step verification PIN mismatch", 400, "Two-step verification PIN incorrect."),
    133006: ("Phone number needs to be verified", 400, "Phone number needs to be verified before registering."),
    133008: ("Too many two step verification PIN guesses", 400, "Too many two-step verification PIN guesses."),
    133009: ("Two step verification PIN guessed too fast", 400, "Two-step verification PIN was entered too quickly."),
    133010: ("Phone number not registered", 400, "Phone number not registered on the WhatsApp Business Platform."),
    133015: ("Phone number recently deleted", 400, "Wait 5 minutes and try again."),
    133016: ("Account register deregister rate limit exceeded", 400, "Wait 72 hours before trying again."),
    135000: ("Generic user error", 400, "Message failed to send because of an unknown error with your parameters."),
    136024: ("Request code error", 400, "You requested too many codes. Try again later."),
    136025: ("Verify code error", 400, "Code couldn't be verified. Check the code and try again."),
    139100: ("Failed to block some or all users", 400, ""),
    139101: ("Blocklist limit reached", 400, ""),
    2593107: ("Request limit reached", 400, "Synchronization was requested for this number already."),
    2593108: ("Request window closed", 400, "Synchronization is possible within 24 hours of onboarding only."),
}
MESSAGING_CODES = range(130000, 134000)
HREF = "/documentation/business-messaging/whatsapp/support/error-codes"


class GraphError(Exception):
    """Answered as Graph's envelope; `beside` stands next to the error in it."""

    def __init__(
        self,
        code: int,
        message: str = "",
        *,
        status: int = 0,
        subcode: int = 0,
        details: str = "",
        kind: str = "OAuthException",
        user: tuple[str, str] | None = None,
        transient: bool = False,
        bare: bool = False,
        beside: dict[str, JSON] | None = None,
    ) -> None:
        title, usual_status, usual_details = KNOWN.get(code, ("An unknown error occurred", 400, ""))
        self.code, self.subcode, self.kind = code, subcode, kind
        self.status = status or usual_status
        self.message = message if bare else f"(#{code}) {message or title}"
        self.details = details or (usual_details if code in MESSAGING_CODES else "")
        self.user, self.transient, self.beside = user, transient, beside or {}
        super().__init__(self.message)


def envelope(error: GraphError) -> Answer:
    inner: dict[str, JSON] = {"message": error.message, "type": error.kind, "code": error.code}
    if error.subcode:
        inner["error_subcode"] = error.subcode
    if error.details:
        inner["error_data"] = {"messaging_product": "whatsapp", "details": error.details}
    if error.user:
        inner |= {"is_transient": False, "error_user_title": error.user[0], "error_user_msg": error.user[1]}
    if error.transient:
        inner["is_transient"] = True
    inner["fbtrace_id"] = ids.trace_id()
    headers = {"www-authenticate": _challenge(error)} if error.status == 401 else {}
    return as_json({"error": inner} | error.beside, error.status, headers)


def in_status(code: int, details: str = "") -> dict[str, JSON]:
    """The same error as it stands in a `failed` status."""
    title, _, usual = KNOWN.get(code, ("An unknown error occurred", 400, ""))
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or usual or title},
        "href": HREF,
    }


def no_such_object(object_id: str, method: str = "get") -> GraphError:
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
        bare=True,
    )


def _challenge(error: GraphError) -> str:
    return f'OAuth "Facebook Platform" "invalid_token" "{error.message}"'
