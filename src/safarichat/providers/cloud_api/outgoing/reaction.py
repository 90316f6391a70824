"""A reaction to a message (reference §4.2)."""

from safarichat.providers.cloud_api.outgoing.common import INVALID, MISSING, Check, fault, shape, words
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

LONGEST_EMOJI = 32  # a flag or a family is one emoji of many characters


def _emoji(rule: str) -> Check:
    """Empty takes the reaction back; missing says nothing."""

    def check(value: JSON) -> Problem | None:
        if value is None:
            return fault(MISSING, rule)
        return None if isinstance(value, str) and len(value) <= LONGEST_EMOJI else fault(INVALID, rule)

    return check


REACTION = shape(
    N_("A reaction needs the message that it is for, and an emoji."),
    {
        "message_id": words(512, N_("A reaction needs the id of the message that it is for.")),
        "emoji": _emoji(N_("A reaction is one emoji, or empty to take it back.")),
    },
)
