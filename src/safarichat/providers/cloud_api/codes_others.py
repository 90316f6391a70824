"""Error codes of groups, calls, block lists and shared conversations (reference §9.2)."""

from safarichat.providers.cloud_api.codes_access import BY_ITSELF, CORRECT, SLOWER
from safarichat.providers.cloud_api.codes_messages import PAYMENT
from safarichat.providers.errors import N_, Known

GROUP = N_("The group could not be changed in this way.")
CALL = N_("The call did not come about.")
CALL_CURE = N_("Check the number's calling settings in WhatsApp Manager.")
CALL_AGAIN = N_("Call again later.")
BLOCK_LIST = N_("The list of blocked people could not be changed completely.")

CODES = (
    Known(131201, "group_partly", "Group operation partially succeeded", N_("Not everybody could be added or removed."),
          CORRECT, "business", "request"),
    Known(131202, "group_duplicate", "Duplicate participant", GROUP, CORRECT, "business", "request"),
    Known(131203, "group_join_failed", "Terms not accepted", GROUP, CORRECT, "customer", "recipient"),
    Known(131204, "group_full", "Participant limit reached", N_("The group is full."), CORRECT, "business", "request"),
    Known(131207, "group_suspended", "Group suspended", N_("Meta has suspended this group."),
          N_("Open the group in WhatsApp Manager."), "business", "recipient"),
    Known(131208, "group_rate_limit", "Group operation rate", N_("Too many changes to groups at once."), SLOWER,
          "us", "account", "throttled", 60),
    Known(131209, "picture_shape", "Picture not square", N_("The picture must be square."), CORRECT,
          "business", "request"),
    Known(131210, "picture_size", "Picture too small", N_("The picture must be at least 192 pixels wide."), CORRECT,
          "business", "request"),
    Known(131211, "group_limit", "Group creation limit", N_("No more groups can be made."), CORRECT,
          "business", "account"),
    Known(131212, "group_not_member", "Not a participant", GROUP, CORRECT, "business", "request"),
    Known(131213, "group_no_request", "No such join request", GROUP, CORRECT, "business", "request"),
    Known(131214, "groups_off", "Groups temporarily disabled",
          N_("Groups are switched off for this number for a time."),
          BY_ITSELF, "provider", "number", "throttled", 3600),
    Known(131215, "groups_not_eligible", "Number not eligible for groups", N_("This number may not use groups."),
          N_("Groups need an official business account and a high messaging limit."), "business", "number"),
    Known(138000, "calling_off", "Calling not enabled", CALL, CALL_CURE, "business", "number"),
    Known(138001, "uncallable", "Receiver uncallable", CALL, N_("Write to the person instead."),
          "customer", "recipient"),
    Known(138002, "call_limit", "Concurrent call limit", CALL, CALL_AGAIN, "business", "number", "throttled", 60),
    Known(138003, "call_duplicate", "Duplicate call", N_("There is a call with this person already."), CALL_AGAIN,
          "business", "recipient"),
    Known(138004, "call_connection", "Connection error", CALL, CALL_AGAIN, "provider", "request", "transient", 10, 3),
    Known(138005, "call_rate_limit", "Call rate limit", CALL, CALL_AGAIN, "business", "number", "throttled", 60),
    Known(138006, "call_not_permitted", "No call permission", N_("This person has not allowed calls from you."),
          N_("Ask for permission by a message first."), "customer", "recipient"),
    Known(138007, "call_timeout", "Connect timeout", CALL, CALL_AGAIN, "provider", "request", "transient", 10, 3),
    Known(138009, "call_asked_too_often", "Permission request limit", N_("Permission was asked for too often."),
          N_("Wait a day before asking again."), "business", "recipient", "throttled", 86400),
    Known(138012, "call_daily_limit", "Business-initiated call limit", CALL, CALL_AGAIN,
          "business", "recipient", "throttled", 86400),
    Known(138013, "calling_not_here", "Business-initiated calling not available", CALL, CALL_CURE,
          "business", "number"),
    Known(138014, "calling_disabled", "Calling disabled for quality", CALL, CALL_CURE,
          "business", "number", "throttled", 86400),
    Known(138015, "calling_not_eligible", "Calling cannot be enabled", CALL, CALL_CURE, "business", "number"),
    Known(138017, "call_permitted", "Permanent permission already granted", N_("This person allows calls already."),
          N_("Call them."), "business", "recipient"),
    Known(138018, "calling_not_ready", "Calling prerequisites missing", CALL, CALL_CURE, "us", "number"),
    *(Known(code, "call_ended", "Call ended by an error", CALL, CALL_AGAIN, "provider", "request")
      for code in (138019, 138020, 138021, 138022, 138023, 138024, 138038)),
    Known(139100, "block_partly", "Block list partially changed", BLOCK_LIST, CORRECT, "business", "request"),
    Known(139101, "block_full", "Block list full", BLOCK_LIST, N_("Unblock people first."), "business", "account"),
    Known(139102, "block_concurrent", "Concurrent block list update", BLOCK_LIST, BY_ITSELF,
          "us", "request", "transient", 5, 3),
    Known(139103, "block_internal", "Block list internal error", BLOCK_LIST, BY_ITSELF,
          "provider", "request", "transient", 15, 3),
    Known(141002, "payment_missing", "No payment method", N_("Messages that cost something need a payment method."),
          PAYMENT, "business", "account", number_status="attention"),
    Known(2494191, "thread_not_taken", "Take thread control not allowed",
          N_("Only the escalation partner may take a conversation over."), CORRECT, "business", "request"),
)  # fmt: skip
