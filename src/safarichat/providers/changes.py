"""What programs are told: one thing at a time, in the words of the Cloud API, whichever provider said it."""

from collections.abc import Mapping

from msgspec import Struct

from safarichat.ground.talks import JSON

MESSAGES = "messages"  # the field, and of its parts the one with what customers wrote
STATUSES = "statuses"


class Change(Struct, frozen=True, kw_only=True):
    """One change of a webhook, with one message or one status in it: there are clients that read no second one. It is
    about the number with this id; without one about all numbers of the business account, or about that with these
    digits. `key` is the same when the provider says the same again."""

    field: str
    value: Mapping[str, JSON]
    key: str
    kind: str = ""  # which part of the field
    waba_id: str = ""
    phone_number_id: str = ""
    phone_number: str = ""
