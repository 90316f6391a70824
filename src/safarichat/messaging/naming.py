"""Programs may write to somebody by the id that we made up for them (see `ground.ids.user_id`)."""

from collections.abc import Sequence

from safarichat.contacts.joining import current
from safarichat.ground import ids


def contacts_of(account_id: int, recipients: Sequence[str]) -> dict[int, int]:
    """By a recipient's place: whose id of ours it is, also when they have become one with somebody else."""
    named = {
        place: contact_id
        for place, recipient in enumerate(recipients)
        if (contact_id := ids.contact_id(recipient)) is not None
    }
    now = current(account_id, set(named.values())) if named else {}
    return {place: now.get(contact_id, contact_id) for place, contact_id in named.items()}
