"""The end of a person, and with the last one of their account. The database takes every row of theirs along.

Numbers must be disconnected at their provider (last member) or handed to an owner (others stay) before: that is the
caller's part, since numbers stand above accounts.
"""

from enum import Enum

from django.db import transaction

from safarichat.accounts import people
from safarichat.accounts.models import Account, Membership, User


class Ending(Enum):
    """What deleting a person means for the account they work in."""

    LEAVES = "leaves"  # others stay, an owner among them
    ENDS = "ends"  # the last member: the account goes too
    STUCK = "stuck"  # others stay, but no owner: somebody else has to become one first


def ending(user_id: int, account_id: int) -> Ending:
    if not Membership.objects.filter(account_id=account_id).exclude(user_id=user_id).exists():
        return Ending.ENDS
    return Ending.LEAVES if people.owner_ids(account_id, but=user_id) else Ending.STUCK


@transaction.atomic
def delete_person(user_id: int, account_id: int, expected: Ending) -> bool:
    """Delete the person if that still means what they were told; the account follows its last member by itself."""
    Account.objects.select_for_update().get(pk=account_id)
    if expected is Ending.STUCK or ending(user_id, account_id) is not expected:
        return False
    User.objects.filter(pk=user_id)._raw_delete("default")  # the database's own cascades, not Python's
    return True
