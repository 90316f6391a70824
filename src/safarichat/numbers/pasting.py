"""What a person pastes at a provider where their own app's webhook is not registered from here."""

from msgspec import Struct

from safarichat.numbers import connections
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.platform import hook_address

VERIFY_TOKENS = ("META_WEBHOOK_VERIFY_TOKEN",)  # by the names of a connection's values


class ToPaste(Struct, frozen=True):
    """`verify_token` is the word that the provider repeats to us; it opens nothing by itself."""

    callback_url: str
    verify_token: str

    def __repr__(self) -> str:
        return f"ToPaste({self.callback_url})"


def to_paste(row: OfficialWhatsappCredential) -> ToPaste | None:
    """None: the number has no app of its own. Raises CannotOpen when the key of its secrets is missing."""
    if row.connection is None:
        return None
    known = connections.opened(row.connection)
    word = next((known[name] for name in VERIFY_TOKENS if known.get(name)), "")
    return ToPaste(hook_address(row.api_provider, row.connection.key), word) if word else None
