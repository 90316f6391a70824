"""Text (reference §4.2)."""

from safarichat.providers.cloud_api.outgoing.common import flag, shape, words
from safarichat.providers.errors import N_

LONGEST = 4096
SHORTER = N_("Shorten it or send it in parts.")

TEXT = shape(
    N_("A text message needs its text."),
    {"body": words(LONGEST, N_("A text message needs a text of at most 4,096 characters."), cure=SHORTER)},
    {"preview_url": flag(N_("Whether the link in a text is previewed is told by true or false."))},
)
