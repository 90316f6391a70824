"""Error codes of Twilio's API itself: accounts, requests, queues, schedules (reference §15)."""

from safarichat.providers.errors import N_, Known

BY_ITSELF = N_("Nothing to do: we try again by ourselves.")
SLOWER = N_("Nothing to do: we go on more slowly by ourselves.")
CORRECT = N_("Correct the value named in the details and try again.")
NEW_TOKEN = N_(
    "Copy the Auth Token from the first page of Twilio's console, then press “Sign in again” on the number's page."
)
CONSOLE = N_("Open Twilio's console, read the notice on its first page and follow it.")
OTHER_RECIPIENT = N_("Check the number with its country code.")
CHANGE_MESSAGE = N_("Change the message and send it again.")
AGAIN = N_("Send it again if it still matters.")
OPERATOR = N_("Ask whoever runs this installation to look at the details.")
FROM_INVALID = N_("Twilio can't send from this number.")
TO_INVALID = N_("Twilio does not accept the recipient's number.")
SERVICE = N_("The messaging service at Twilio can't be used.")
SERVICE_CURE = N_("Look at the messaging service in Twilio's console: it must exist and hold this sender.")
SCHEDULE = N_("Twilio could not schedule the message.")
SENDERS = N_("Look at the number under Messaging, Senders, WhatsApp senders in Twilio's console.")


def _permanent(codes: range, key: str, title: str, message: str, cure: str) -> tuple[Known, ...]:
    return tuple(Known(code, key, title, message, cure, "business", "message") for code in codes)


CODES = (
    Known(11200, "hook_failed", "HTTP retrieval failure", N_("Twilio could not deliver a webhook to our address."),
          N_("Check that SAFARICHAT_BASE_URL is reachable from the internet and that its certificate is good."),
          "us", "account"),
    Known(11751, "media_too_large", "Media exceeds the size limit", N_("The file is too large for WhatsApp."),
          N_("Send a file of at most 16 MB, a picture of at most 5 MB."), "business", "message"),
    Known(12300, "hook_answer_invalid", "Invalid Content-Type",
          N_("Twilio did not understand our answer to a webhook."),
          N_("A proxy changes our answers: look at what stands between Twilio and this installation."),
          "us", "account"),
    Known(14107, "rate_limit", "Message rate limit exceeded", N_("Too many messages at once for Twilio."), SLOWER,
          "us", "number", "throttled", 5),
    Known(20001, "parameter_invalid", "Unknown parameters", N_("Twilio does not know a value in this request."),
          CORRECT, "business", "request"),
    Known(20003, "token_invalid", "Authenticate", N_("Twilio does not accept this account's SID and token any more."),
          NEW_TOKEN, "business", "credential", "credential", number_status="reauth_required"),
    Known(20005, "account_suspended", "Account not active", N_("This Twilio account is not active."), CONSOLE,
          "business", "account", "credential", number_status="suspended"),
    Known(20404, "object_unreachable", "Not found", N_("Twilio does not know this object, or not in this account."),
          N_("Check in Twilio's console that it is there and belongs to this account."), "business", "request"),
    Known(20429, "rate_limit", "Too many requests", N_("Too many requests at once for Twilio."), SLOWER,
          "us", "account", "throttled", 2),
    Known(20500, "provider_down", "Internal server error", N_("Something went wrong at Twilio."), BY_ITSELF,
          "provider", "request", "transient", 15, 5),
    Known(20503, "provider_down", "Service unavailable", N_("Twilio is not available at the moment."), BY_ITSELF,
          "provider", "request", "transient", 15),
    Known(21210, "sender_unknown", "From number not verified", FROM_INVALID, SENDERS, "business", "message"),
    Known(21211, "recipient_invalid", "Invalid To number", TO_INVALID, OTHER_RECIPIENT, "business", "recipient"),
    Known(21212, "sender_unknown", "Invalid From number", FROM_INVALID, SENDERS, "business", "message"),
    Known(21213, "sender_unknown", "From number required", FROM_INVALID, SENDERS, "business", "message"),
    *(Known(code, "recipient_invalid", title, TO_INVALID, OTHER_RECIPIENT, "business", "recipient")
      for code, title in (
          (21214, "To number can't be reached"), (21215, "Account not authorised for this number"),
          (21216, "Account not allowed to reach this number"), (21217, "Number does not appear to be valid"),
          (21218, "Invalid application"), (21219, "To number not verified"),
      )),
    Known(21408, "region_off", "Region not enabled", N_("This Twilio account may not send to that country."),
          N_("Switch the country on in Twilio's console under Messaging, Geo permissions."), "business", "recipient"),
    Known(21602, "parameter_missing", "Message body required", N_("The message is empty."), CHANGE_MESSAGE,
          "business", "message"),
    Known(21603, "parameter_missing", "From required", N_("The message has no sender."), SENDERS,
          "us", "message"),
    Known(21604, "parameter_missing", "To required", N_("The message has no recipient."), OTHER_RECIPIENT,
          "business", "message"),
    Known(21606, "sender_unusable", "From number not usable", FROM_INVALID, SENDERS,
          "business", "number", "credential", number_status="attention"),
    Known(21607, "sender_unusable", "From number must be a number of this account", FROM_INVALID, SENDERS,
          "business", "number", "credential", number_status="attention"),
    Known(21608, "trial_account", "Unverified recipient of a trial account",
          N_("This Twilio account is a trial: it may write to verified numbers only."),
          N_("Upgrade the account in Twilio's console."), "business", "recipient"),
    Known(21609, "callback_invalid", "Invalid StatusCallback",
          N_("Twilio does not accept our public address for statuses."),
          N_("Ask whoever runs this installation to set SAFARICHAT_BASE_URL to an https address with a plain host "
             "name, without underscores."), "us", "account", "credential", number_status="attention"),
    Known(21610, "opted_out", "Recipient unsubscribed", N_("This person does not want messages from you any more."),
          N_("Do not write to this person. They can come back by writing START."), "customer", "recipient"),
    Known(21611, "queue_full", "Queue for this From number is full",
          N_("Twilio's queue for this number is full."), SLOWER, "us", "number", "throttled", 30),
    Known(21617, "text_too_long", "Body exceeds 1600 characters",
          N_("Twilio carries at most 1,600 characters in a text."), N_("Shorten it or send it in parts."),
          "business", "message"),
    Known(21619, "not_created", "Cannot create the record", N_("Twilio could not take the message."), CHANGE_MESSAGE,
          "business", "message"),
    Known(21620, "media_link_invalid", "Invalid media URL", N_("Twilio can't use the link of the file."),
          N_("Give a public https link that opens without a login."), "business", "message"),
    Known(21623, "too_many_media", "Too many media files", N_("WhatsApp carries one file in a message."),
          N_("Send each file by itself."), "business", "message"),
    Known(21624, "validity_invalid", "Invalid validity period", N_("The time to live of the message is not valid."),
          N_("Give between 1 second and 10 hours."), "business", "message"),
    Known(21654, "content_missing", "ContentSid required", N_("The template was not named."), CHANGE_MESSAGE,
          "business", "template"),
    Known(21655, "content_invalid", "ContentSid invalid", N_("Twilio does not know this template's content any more."),
          N_("Look at the template in Twilio's Content Template Builder."), "business", "template"),
    Known(21656, "variables_invalid", "ContentVariables invalid", N_("The template's values are not as it needs them."),
          N_("Give a value without line breaks for each of the template's variables."), "business", "template"),
    *_permanent(range(21701, 21706), "service_unusable", "Messaging service", SERVICE, SERVICE_CURE),
    Known(21910, "recipient_invalid", "From and To of different channels", TO_INVALID, OTHER_RECIPIENT,
          "business", "recipient"),
    Known(30001, "queue_full", "Queue overflow", N_("Twilio's queue for this number is full."), SLOWER,
          "us", "number", "throttled", 60),
    Known(30002, "account_suspended", "Account suspended", N_("Twilio has suspended this account."), CONSOLE,
          "business", "account", "credential", number_status="suspended"),
    Known(30003, "undeliverable", "Unreachable handset", N_("The person's phone can't be reached."), AGAIN,
          "customer", "recipient"),
    Known(30004, "blocked_by_customer", "Message blocked", N_("The message was blocked on its way to this person."),
          N_("Do not repeat it: write to this person another way."), "customer", "recipient"),
    Known(30005, "undeliverable", "Unknown handset", N_("There is no such phone any more."), OTHER_RECIPIENT,
          "customer", "recipient"),
    Known(30006, "undeliverable", "Landline or unreachable carrier", N_("This number can't receive messages."),
          OTHER_RECIPIENT, "customer", "recipient"),
    Known(30007, "filtered", "Message filtered", N_("The message was filtered out as unwanted."),
          N_("Send only what people asked for, and change the text."), "business", "message"),
    Known(30008, "went_wrong", "Unknown error", N_("Something went wrong on the way to this person."), BY_ITSELF,
          "provider", "message", "transient", 15, 2),
    Known(30015, "channel_unsupported", "Channel not supported", N_("Twilio can't reach this person by WhatsApp."),
          OTHER_RECIPIENT, "business", "recipient"),
    Known(30016, "channel_mismatch", "From and To of different channels", TO_INVALID, OTHER_RECIPIENT,
          "business", "recipient"),
    Known(30036, "payload_gone", "Validity period expired",
          N_("The message waited longer at Twilio than it was good for."), BY_ITSELF,
          "provider", "message", "transient", 30, 2),
    *_permanent(range(35111, 35127), "schedule_invalid", "Scheduling", SCHEDULE, CORRECT),
    Known(57012, "signature_invalid", "Signature invalid", N_("A signature was not accepted."), OPERATOR,
          "us", "request"),
)  # fmt: skip
