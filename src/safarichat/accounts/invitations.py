"""Links that let one person sign up, once."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import QuerySet

from safarichat.accounts import people
from safarichat.accounts.models import Invitation, User

VALID_FOR = timedelta(days=7)


def invite(*, account_id: int | None, made_by: int | None, note: str, now: datetime) -> tuple[int, str]:
    """A new invitation's id and the token of its link, which is known only now."""
    token = secrets.token_urlsafe(24)
    row = Invitation.objects.create(
        account_id=account_id, made_by_id=made_by, note=note, token_digest=_digest(token), expires_at=now + VALID_FOR
    )
    return row.pk, token


def renew(invitation: Invitation, now: datetime) -> str:
    """Give an invitation a new link (the old one ends) and its full time; the token. Does not save."""
    token = secrets.token_urlsafe(24)
    invitation.token_digest = _digest(token)
    invitation.expires_at = now + VALID_FOR
    return token


def is_open(token: str, now: datetime) -> bool:
    return _open(now).filter(token_digest=_digest(token)).exists()


def account_name(token: str, now: datetime) -> str:
    """The account that an invitation leads into; empty when it leads to an account of one's own, or nowhere."""
    row = _open(now).filter(token_digest=_digest(token)).select_related("account").first() if token else None
    return row.account.name if row and row.account else ""


def accept(user: User, token: str, now: datetime) -> bool:
    """Use an invitation up and give the person their place; False when it is used, old or unknown.

    Part of the sign-up's transaction: of two people with the same link one gets in.
    """
    taken = _open(now).filter(token_digest=_digest(token)).update(used_at=now, used_by=user)
    if not taken:
        return False
    invitation = Invitation.objects.get(token_digest=_digest(token))
    if invitation.account_id is None:
        people.open_account(user)
    else:
        people.join(user, invitation.account_id)
    return True


def open_ones(account_id: int, now: datetime) -> QuerySet[Invitation]:
    """An account's invitations that can still be used, newest first."""
    return _open(now).filter(account_id=account_id).order_by("-id")


def withdraw(account_id: int, invitation_id: int) -> bool:
    gone, _ = Invitation.objects.filter(account_id=account_id, pk=invitation_id, used_at=None).delete()
    return bool(gone)


def _open(now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, expires_at__gt=now)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
