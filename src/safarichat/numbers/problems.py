"""What can stop a number from being connected that is ours to say, whichever provider carries it."""

from django.utils.translation import gettext_noop as N_

from safarichat.providers.shapes import Problem

NUMBER_TAKEN = Problem(
    key="number_taken",
    message=N_("This number is already connected in this installation."),
    cure=N_("If it is yours, disconnect it where it is connected now, or ask whoever runs this installation."),
    fault="business",
    scope="number",
)
OTHER_NUMBER = Problem(
    key="other_number",
    message=N_("You chose another number than the one to be connected again."),
    cure=N_("Sign in again and choose this number, or connect the other one as a new number."),
    fault="business",
    scope="number",
)
INTERRUPTED = Problem(
    key="interrupted",
    message=N_("Connecting was interrupted on our side."),
    cure=N_("Press “Continue”: what was done already is kept."),
    fault="us",
)
SIGN_IN_LOST = Problem(
    key="sign_in_lost",
    message=N_("The sign-in could not be completed in time."),
    cure=N_("Sign in once more."),
    fault="us",
)
TOKEN_EXPIRED = Problem(
    key="token_expired",
    message=N_("The sign-in for this number has expired."),
    cure=N_("Press “Sign in again”."),
    fault="business",
    scope="credential",
    number_status="reauth_required",
)
TOKEN_EXPIRES_SOON = Problem(
    key="token_expires_soon",
    message=N_("The sign-in for this number expires within a week."),
    cure=N_("Press “Sign in again” before it does, so that nothing stops."),
    fault="business",
    scope="credential",
    number_status="attention",
)
