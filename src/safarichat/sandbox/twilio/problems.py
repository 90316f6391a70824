"""Errors as Twilio answers and tells them (reference §3.2, §15)."""

from safarichat.sandbox.things import JSON
from safarichat.sandbox.wire import Answer, as_json

TITLES = {
    11200: "HTTP retrieval failure",
    12300: "Invalid Content-Type",
    20001: "Unknown parameter",
    20003: "Authenticate",
    20005: "Account is not active",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service unavailable",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21609: "Invalid 'StatusCallback' URL",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    21623: "Number of media files exceeds allowed limit",
    21624: "Invalid ValidityPeriod value",
    21655: "The ContentSid is Invalid",
    21656: "The ContentVariables Parameter is invalid",
    21701: "The Messaging Service does not exist",
    21703: "The Messaging Service contains no senders",
    21910: "Invalid From and To pair. From and To should be of the same channel",
    30016: "From and To channel mismatch",
    30036: "Validity period expired",
    35111: "ScheduleType and SendAt belong together",
    35114: "SendAt timestamp is missing or invalid",
    35115: "SendAt time must be between 300 seconds and 35 days in the future",
    35118: "MessagingServiceSid is required to schedule a message",
    63002: "Channel could not find From address",
    63003: "Channel could not find To address",
    63005: "Channel did not accept given content",
    63007: "Twilio could not find a Channel with the specified From address",
    63014: "Channel message blocked by user action",
    63015: "Channel Sandbox can only send messages to phone numbers that have joined the Sandbox",
    63016: "Failed to send freeform message because you are outside the allowed window",
    63010: "Channel message failed: internal error at Twilio",
    63018: "Rate limit exceeded for Channel",
    63019: "Media failed to download",
    63020: "Channel Business Account error: invitation not accepted, or billing",
    63021: "Channel invalid content error",
    63022: "Invalid vname certificate",
    63023: "Channel error",
    63024: "Invalid message recipient",
    63027: "Template does not exist for a language",
    63028: "Number of parameters provided does not match the template",
    63031: "Message cannot have the same From and To",
    63034: "Media exceeds the size limit",
    63040: "Template submission failed",
    63041: "Template paused",
    63049: "Meta chose not to deliver this WhatsApp marketing message",
    63051: "WhatsApp Business Account is locked or restricted",
    63100: "Invalid sender request body",
    63101: "WhatsApp Business Account can't be used",
    63110: "The number is in use with WhatsApp already",
    63124: "Display name change was declined",
    92001: "Content types are required",
    92002: "Too many content variables",
    92003: "Content language is required",
    92004: "Content language is invalid",
    92007: "Content variables are invalid",
    92008: "Content type is not supported",
}
STATUSES = {20003: 401, 20005: 403, 20404: 404, 20429: 429, 20500: 500, 20503: 503}

# How the pretend world says that a message fails, in Twilio's words; Twilio's own codes stay as they are.
FATES = {131047: 63016, 131026: 63003, 131042: 63020, 131050: 63014, 131031: 63051, 131049: 63049, 131000: 63010}
# Where WhatsApp took the message and could not bring it; the others never left.
UNDELIVERED = (63003, 63014, 63024, 63032, 63049)


class Refused(Exception):
    """Answered at once. `message` adds to the title."""

    def __init__(self, code: int, message: str = "", status: int = 0) -> None:
        self.code, self.status = code, status or STATUSES.get(code, 400)
        self.message = f"{title(code)}: {message}" if message else title(code)
        super().__init__(self.message)


def title(code: int) -> str:
    return TITLES.get(code, "Message could not be handled")


def more_info(code: int) -> str:
    return f"https://www.twilio.com/docs/errors/{code}"


def answer(refused: Refused) -> Answer:
    told: dict[str, JSON] = {"code": refused.code, "message": refused.message}
    told |= {"more_info": more_info(refused.code), "status": refused.status}
    return as_json(told, refused.status, {"retry-after": "1"} if refused.status == 429 else {})
