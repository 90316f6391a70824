"""Error codes about tokens, permissions and call rates (reference §9.2)."""

from safarichat.providers.errors import N_, Known

SIGN_IN = N_("Open Numbers, choose this number and press “Sign in again”.")
BY_ITSELF = N_("Nothing to do: we try again by ourselves.")
SLOWER = N_("Nothing to do: we go on more slowly by ourselves.")
TELL_OPERATOR = N_("Ask whoever runs this installation to look at the Meta app's settings.")
TOKEN_DEAD = N_("Meta does not accept this number's sign-in any more.")
TOKEN_EXPIRED = N_("This number's sign-in with Meta has expired.")
NO_ACCESS = N_("The sign-in does not include permission for this.")
CORRECT = N_("Correct the value named in the details and try again.")

CODES = (
    Known(0, "token_invalid", "AuthException", TOKEN_DEAD, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(1, "api_unknown", "API Unknown", N_("Meta could not work on this request just now."), BY_ITSELF,
          "provider", "request", "transient", 15, 3),
    Known(2, "api_down", "API Service", N_("Meta's service is overloaded or down."), BY_ITSELF,
          "provider", "request", "transient", 15),
    Known(3, "capability_missing", "API Method", N_("The Meta app lacks a capability that this needs."), TELL_OPERATOR,
          "us", "credential", "credential", number_status="attention"),
    Known(4, "app_rate_limit", "API Too Many Calls", N_("The Meta app has made too many calls this hour."), SLOWER,
          "us", "account", "throttled", 60),
    Known(10, "permission_denied", "API Permission Denied", NO_ACCESS, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(33, "number_deleted", "Parameter value is not valid", N_("Meta knows this phone number no more."),
          N_("Check the number in WhatsApp Manager; if it is there, sign in again."),
          "business", "number", "credential", number_status="attention"),
    Known(100, "parameter_invalid", "Invalid parameter", N_("Meta does not accept a value in this request."), CORRECT,
          "business", "request"),
    Known(101, "app_secret_wrong", "Error validating client secret", N_("Meta does not accept the app's secret."),
          N_("Ask whoever runs this installation to check META_APP_ID and META_APP_SECRET."),
          "us", "credential", "credential", number_status="attention"),
    Known(102, "token_invalid", "API Session", TOKEN_DEAD, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(104, "app_secret_wrong", "Incorrect signature",
          N_("Meta does not accept the proof made with the app's secret."),
          N_("Ask whoever runs this installation to check META_APP_SECRET."),
          "us", "credential", "credential", number_status="attention"),
    Known(190, "token_invalid", "Access token has expired or is invalid", TOKEN_DEAD, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(200, "permission_denied", "API Permission", NO_ACCESS, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(368, "policy_block", "Temporarily blocked for policies violations",
          N_("Meta has blocked this account for a time because of its policies."),
          N_("Open the account in WhatsApp Manager, read the notice there and ask for a review."),
          "business", "account", "credential", 3600, number_status="suspended"),
    Known(463, "token_expired", "Session expired", TOKEN_EXPIRED, SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(467, "token_revoked", "Session invalidated", N_("This number's sign-in with Meta was withdrawn."), SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    Known(613, "call_rate_limit", "Calls to this API have exceeded the rate limit", N_("Too many calls at once."),
          SLOWER, "us", "account", "throttled", 10),
    Known(2500, "path_unknown", "Unknown path components", N_("Meta does not know this address any more."),
          N_("Ask whoever runs this installation to check META_GRAPH_URL and META_GRAPH_VERSION."), "us", "request"),
    Known(80007, "account_rate_limit", "Rate limit issues",
          N_("The WhatsApp Business account has made too many calls this hour."), SLOWER,
          "us", "account", "throttled", 60),
    Known(80008, "account_rate_limit", "Too many calls to this WhatsApp Business account",
          N_("The WhatsApp Business account has made too many calls this hour."), SLOWER,
          "us", "account", "throttled", 60),
)  # fmt: skip

# (code, subcode): says more than the code alone
SUBCODES = {
    (100, 33): Known(100, "object_unreachable", "Unsupported request",
          N_("Meta shows nothing under this id to this sign-in: it is gone, or was not shared."),
          N_("Sign in again and share this business account and number."),
          "business", "credential", "credential", number_status="attention"),
    (100, 36007): Known(100, "code_expired", "This authorization code has expired",
          N_("The sign-in took too long: its code is good for 30 seconds only."), N_("Sign in once more."),
          "business", "request"),
    (100, 36008): Known(100, "redirect_mismatch", "redirect_uri is not identical",
          N_("The address that Meta sent you back to is not the one that was announced."),
          N_("Ask whoever runs this installation to compare WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL with the Valid OAuth "
             "redirect URIs of the Meta app, then sign in once more."), "us", "request"),
    (100, 36009): Known(100, "code_used", "This authorization code has been used",
          N_("This sign-in was used already."), N_("Sign in once more."), "business", "request"),
    (100, 2200): Known(100, "callback_unverified", "Callback verification failed",
          N_("Meta called our webhook address and did not get the expected answer."),
          N_("Check that the public address is reachable from the internet over HTTPS with a valid certificate, and "
             "that "
             "META_WEBHOOK_VERIFY_TOKEN is the same in all processes."), "us", "request"),
    (190, 458): Known(190, "app_removed", "App not installed", N_("The business removed our app from its account."),
          SIGN_IN, "business", "credential", "credential", number_status="reauth_required"),
    (190, 460): Known(190, "token_revoked", "Password changed",
          N_("The sign-in ended because the person changed their password."), SIGN_IN,
          "business", "credential", "credential", number_status="reauth_required"),
    (190, 463): CODES[[known.code for known in CODES].index(463)],
    (190, 467): CODES[[known.code for known in CODES].index(467)],
}  # fmt: skip
