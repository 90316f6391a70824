"""What can stop a number from being connected that is ours to say, whichever provider carries it."""

from django.utils.translation import gettext_noop

from safarichat.providers.shapes import Problem

NUMBER_TAKEN = Problem(
    key="number_taken",
    message=gettext_noop("This number is already connected in this installation."),
    cure=gettext_noop(
        "If it is yours, disconnect it where it is connected now, or ask whoever runs this installation."
    ),
    fault="business",
    scope="number",
)
OTHER_NUMBER = Problem(
    key="other_number",
    message=gettext_noop("You chose another number than the one to be connected again."),
    cure=gettext_noop("Sign in again and choose this number, or connect the other one as a new number."),
    fault="business",
    scope="number",
)
IN_OTHER_HANDS = Problem(
    key="busy",
    message=gettext_noop("This number is being connected in another window at this moment."),
    cure=gettext_noop("Nothing to do: we look again in half a minute."),
    fault="us",
    scope="number",
)
KEY_MISSING = Problem(
    key="key_missing",
    message=gettext_noop("The secrets of this number can't be decrypted: their encryption key is missing."),
    cure=gettext_noop("Ask whoever runs this installation to put the key back, or sign in again."),
    fault="us",
)
WITHDRAWN = Problem(
    key="withdrawn",
    message=gettext_noop("Whoever signed in for this number has taken back at the provider what they had allowed."),
    cure=gettext_noop("Press “Sign in again” to go on with this number, or disconnect it."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
INTERRUPTED = Problem(
    key="interrupted",
    message=gettext_noop("Connecting was interrupted on our side."),
    cure=gettext_noop("Press “Continue”: what was done already is kept."),
    fault="us",
)
SIGN_IN_LOST = Problem(
    key="sign_in_lost",
    message=gettext_noop("The sign-in could not be completed in time."),
    cure=gettext_noop("Sign in once more."),
    fault="us",
)
TOKEN_EXPIRED = Problem(
    key="token_expired",
    message=gettext_noop("The sign-in for this number has expired."),
    cure=gettext_noop("Press “Sign in again”."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
TOKEN_EXPIRES_SOON = Problem(
    key="token_expires_soon",
    message=gettext_noop("The sign-in for this number expires within a week."),
    cure=gettext_noop("Press “Sign in again” before it does, so that nothing stops."),
    fault="business",
    scope="credential",
    number_status="attention",
    repair="refresh",
)
