"""Telling open pages that something about a message changed which this room does not keep, such as its file."""

from safarichat.ground.notify import announce
from safarichat.ground.sql import fetch


def announce_message(credential_id: int, provider_message_id: str) -> None:
    """As the owner role. A message that is gone has no page."""
    for account_id, conversation_id in fetch(
        "SELECT account_id, conversation_id FROM messages WHERE credential_id = %s AND provider_message_id = %s",
        credential_id,
        provider_message_id,
    ):
        announce(account_id, f"conversation:{conversation_id}")
