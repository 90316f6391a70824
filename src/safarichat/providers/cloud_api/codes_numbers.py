"""Error codes of registering, moving and naming numbers (reference §9.2)."""

from safarichat.providers.cloud_api.codes_access import BY_ITSELF, CORRECT
from safarichat.providers.errors import N_, Known

USERNAME = N_("This username can't be used.")
USERNAME_CURE = N_("Choose another username of 3 to 35 letters, digits, dots and underscores.")
MOVE = N_("The number can't be moved in its present state.")
MOVE_CURE = N_(
    "Open the number in WhatsApp Manager at its present provider and follow Meta's guide for moving numbers."
)
SIGNUP = N_("The request for this opt-in link is not accepted.")

CODES = (
    Known(133000, "deregistration_incomplete", "Incomplete deregistration",
          N_("An earlier removal of this number was not completed."),
          N_("Disconnect the number once more, then connect it again."), "provider", "number", "transient", 60, 5),
    Known(133004, "server_unavailable", "Server temporarily unavailable", N_("Meta's service is not available."),
          BY_ITSELF, "provider", "number", "transient", 60),
    Known(133005, "pin_mismatch", "Two-step verification PIN mismatch",
          N_("This number has a two-step verification PIN already, and it is another one."),
          N_("Give the number's present PIN. If nobody knows it, switch two-step verification off in WhatsApp "
             "Manager: Meta "
             "confirms by e-mail."), "business", "number"),
    Known(133006, "number_unverified", "Phone number re-verification needed",
          N_("This number must be verified once more before it can be registered."),
          N_("Verify the number in WhatsApp Manager by SMS or call, then go on here."), "business", "number"),
    Known(133008, "pin_too_often", "Too many two-step verification PIN guesses",
          N_("A wrong PIN was given too often."), N_("Wait as long as Meta asks, then give the right PIN."),
          "business", "number", after_s=3600),
    Known(133009, "pin_too_fast", "Two-step verification PIN guessed too fast",
          N_("PINs were given too quickly one after the other."),
          N_("Wait as long as Meta asks, then give the right PIN."),
          "business", "number", after_s=60),
    Known(133010, "not_registered", "Phone number not registered",
          N_("This number is not registered for sending."),
          N_("Press “Sign in again” on the number's page: it is registered anew."),
          "business", "number", "credential", number_status="attention"),
    Known(133015, "recently_deleted", "Phone number was recently deleted",
          N_("This number was removed a moment ago and is not free yet."), N_("Wait five minutes, then go on."),
          "provider", "number", "transient", 300),
    Known(133016, "register_limit", "Register and deregister limit",
          N_("This number was registered or removed too often: ten times in 72 hours are allowed."),
          N_("Wait up to 72 hours, then go on."), "provider", "number", "throttled", 259200),
    Known(136024, "code_request_refused", "Code could not be requested",
          N_("A verification code could not be sent to this number."),
          N_("Wait some minutes, or choose a call instead."),
          "business", "number"),
    Known(136025, "code_wrong", "Code could not be verified", N_("The verification code is not right."),
          N_("Type the newest code, without its dash."), "business", "number"),
    Known(147001, "username_refused", "Username not available", USERNAME, USERNAME_CURE, "business", "number"),
    Known(147002, "username_refused", "Username not valid", USERNAME, USERNAME_CURE, "business", "number"),
    Known(147003, "username_refused", "Username not allowed", USERNAME, USERNAME_CURE, "business", "number"),
    Known(147004, "username_refused", "Username in use", USERNAME, USERNAME_CURE, "business", "number"),
    Known(147005, "username_refused", "Username not changed", USERNAME, USERNAME_CURE, "business", "number"),
    Known(2388001, "move_refused", "Number migration problem", MOVE, MOVE_CURE, "business", "number"),
    Known(2388012, "move_refused", "Number migration problem", MOVE, MOVE_CURE, "business", "number"),
    Known(2388091, "move_refused", "Number migration problem", MOVE, MOVE_CURE, "business", "number"),
    Known(2388093, "move_refused", "Number migration problem", MOVE, MOVE_CURE, "business", "number"),
    Known(2388103, "move_refused", "Number migration problem", MOVE, MOVE_CURE, "business", "number"),
    Known(2494100, "number_in_maintenance", "Number in maintenance", N_("Meta is working on this number."), BY_ITSELF,
          "provider", "number", "transient", 300),
    Known(2593079, "move_refused", "Account migration problem", MOVE, MOVE_CURE, "business", "account"),
    Known(2593085, "move_refused", "Account migration problem", MOVE, MOVE_CURE, "business", "account"),
    Known(2593107, "sync_used", "Synchronisation already requested",
          N_("Contacts and history can be taken from the phone app only once."),
          N_("Disconnect the number in the phone app and connect it again to repeat it."), "business", "number"),
    Known(2593108, "sync_too_late", "Synchronisation outside 24 hours",
          N_("Contacts and history can be taken from the phone app only within 24 hours."),
          N_("Disconnect the number in the phone app and connect it again."), "business", "number"),
    Known(2593109, "history_declined", "History sharing declined",
          N_("History is not shared: this was declined in the phone app."),
          N_("Nothing to do: new messages arrive all the same."), "business", "number"),
    *(Known(code, "signup_link_refused", "In-app signup", SIGNUP, CORRECT, "business", "account")
      for code in range(2494164, 2494180)),
)  # fmt: skip
