"""Settings of accounts: sign-up, login, second factor (django-allauth)."""

from safarichat.project import environment

_env = environment.current()

ACCOUNTS_MIDDLEWARE = [
    "allauth.account.middleware.AccountMiddleware",
    "safarichat.accounts.middleware.Person",
]
CONTEXT_PROCESSORS = ["safarichat.accounts.context.entrance"]

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

# Without a mail server an invitation vouches for the address: its link was handed over by the operator.
SAFARICHAT_MAIL_ARRIVES = bool(_env["EMAIL_URL"])

ACCOUNT_ADAPTER = "safarichat.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "safarichat.accounts.forms.LoginForm",
    "signup": "safarichat.accounts.forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True  # one address a person, changed after the new one is verified
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Only mandatory verification lets sign-up and reset answer alike for known and unknown addresses.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up; elsewhere the login page follows
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True

MFA_ADAPTER = "safarichat.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "SafariChat"
MFA_TOTP_TOLERANCE = 1
# Browsers allow passkeys without https for localhost alone; the library has to be told so.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _env["SAFARICHAT_BASE_URL"].startswith("http://")
