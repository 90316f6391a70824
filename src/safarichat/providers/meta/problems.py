"""What can stop a number from being connected to Meta, or a deed from being done, beyond the codes of its errors."""

from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

AGAIN = N_("Sign in once more.")

SETTINGS_MISSING = Problem(
    key="settings_missing",
    message=N_("This installation is not set up for Meta yet."),
    cure=N_("Ask whoever runs this installation to set what the details name."),
    fault="us",
)

CODE_MISSING = Problem(
    key="code_missing",
    message=N_("Meta's sign-in ended without the code that belongs to it."),
    cure=AGAIN,
    fault="business",
)

TOKEN_MISSING = Problem(
    key="token_missing",
    message=N_("Meta took the sign-in's code and gave no access for it."),
    cure=AGAIN,
    fault="provider",
)

NO_ACCOUNT = Problem(
    key="no_account",
    message=N_("No WhatsApp Business account was shared."),
    cure=N_("Sign in once more and choose or create a WhatsApp Business account."),
    fault="business",
)

NO_NUMBER = Problem(
    key="no_number",
    message=N_("The WhatsApp Business account has no phone number yet."),
    cure=N_("Add a number here, or in WhatsApp Manager, and go on."),
    fault="business",
)

NOT_VERIFIED = Problem(
    key="number_unverified",
    message=N_("The phone number is not verified yet."),
    cure=N_("Let a code be sent to it by SMS or call and type it here."),
    fault="business",
)

PIN_NEEDED = Problem(
    key="pin_needed",
    message=N_("A six-digit PIN is needed to register the number."),
    cure=N_("Give a PIN of six digits."),
    fault="business",
)

CODE_SENT = Problem(
    key="code_sent",
    message=N_("Meta has sent a code to the number."),
    cure=N_("Type the code from the SMS or call."),
    fault="business",
)
NUMBER_REFUSED = Problem(
    key="number_refused",
    message=N_("Meta did not take this number."),
    cure=N_("Give country code, number and a name of 2 to 75 letters. If the number is in use in WhatsApp, delete the "
            "account in the phone's app first."),
    fault="business",
)  # fmt: skip
APP_KEYS_MISSING = Problem(
    key="app_keys_missing",
    message=N_("App id, app secret and token are all needed."),
    cure=N_("Start again and paste all three."),
    fault="business",
)
NO_ACCOUNT_TOLD = Problem(
    key="no_account",
    message=N_("This token names no WhatsApp Business account that it may use."),
    cure=N_("Assign the account to the system user at Meta and make a new token, or give the account's id in the "
            "form."),
    fault="business",
)  # fmt: skip
ON_PHONE_APP = Problem(
    key="on_phone_app",
    message=N_("This number lives in the WhatsApp Business app: it can't be registered or removed from here."),
    cure=N_("Nothing to do for sending and receiving. To end the link, open the app on the phone: Settings, Account, "
            "Business Platform."),
    fault="business",
    scope="number",
)  # fmt: skip
PIN_REFUSED = Problem(
    key="pin_invalid",
    message=N_("A PIN has six digits."),
    cure=N_("Give a PIN of six digits."),
    fault="business",
)
CODE_REFUSED = Problem(
    key="code_invalid",
    message=N_("The code has six digits."),
    cure=N_("Type the newest code, without its dash."),
    fault="business",
)
NAME_REFUSED = Problem(
    key="name_invalid",
    message=N_("A name has 2 to 75 letters."),
    cure=N_("Give the name of your business as its website shows it."),
    fault="business",
)
PROFILE_REFUSED = Problem(
    key="profile_invalid",
    message=N_("A part of the profile is too long, or not one that Meta knows."),
    cure=N_("Correct what the details name: about 139 letters, address 256, description 512, e-mail 128, two websites "
            "of 256."),
    fault="business",
)  # fmt: skip
PHOTO_REFUSED = Problem(
    key="photo_invalid",
    message=N_("A profile photo is a JPEG or PNG of at most 5 MB."),
    cure=N_("Choose another picture, square and at least 640 pixels wide."),
    fault="business",
)
SAMPLE_REFUSED = Problem(
    key="sample_invalid",
    message=N_("A template's example is a JPEG, PNG, MP4 or PDF of at most 16 MB."),
    cure=N_("Upload another file."),
    fault="business",
)
APP_IS_OPERATORS = Problem(
    key="app_not_yours",
    message=N_("The Meta app belongs to whoever runs this installation: its webhook is not yours to change."),
    cure=N_("Ask them to register it: “safarichat check --fix”."),
    fault="us",
)
NOT_TAKEN = Problem(
    key="not_taken",
    message=N_("Meta said yes, but reading it back shows that nothing changed."),
    cure=N_("Test the connection again in a minute, then repeat it."),
    fault="provider",
)
