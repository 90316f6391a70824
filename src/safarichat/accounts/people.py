"""People and the accounts they belong to."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from safarichat.accounts.models import Account, Invitation, Membership, Session, User


@dataclass(frozen=True)
class Member:
    user_id: int
    name: str
    email: str
    role: str
    role_label: str
    joined_at: datetime

    @property
    def is_owner(self) -> bool:
        return self.role == Membership.Role.OWNER


def account_of(user_id: int) -> Account:
    """The account a person works in. Who has none (made by an operator, or removed from one) gets their own."""
    return _first_account(user_id) or _open_missing(user_id)


def membership_of(user_id: int, account_id: int) -> Membership | None:
    return Membership.objects.filter(user_id=user_id, account_id=account_id).first()


def owns(user_id: int, account_id: int) -> bool:
    return Membership.objects.filter(user_id=user_id, account_id=account_id, role=Membership.Role.OWNER).exists()


def choose_resending(account_id: int, resends: bool) -> None:
    Account.objects.filter(pk=account_id).update(resends_unconfirmed=resends)


def open_account(user: User) -> Account:
    """A personal account, with the person as its owner. Part of the caller's transaction."""
    account = Account.objects.create(name=user.name or user.email.partition("@")[0])
    Membership.objects.create(account=account, user=user, role=Membership.Role.OWNER)
    return account


def join(user: User, account_id: int) -> None:
    """Make a person a member of somebody's account."""
    Membership.objects.create(account_id=account_id, user=user, role=Membership.Role.AGENT)


def members(account_id: int) -> list[Member]:
    """Owners first, then by the time they joined."""
    rows = Membership.objects.filter(account_id=account_id).order_by("created_at", "id")
    found = [
        Member(user_id, name, email, role, str(Membership.Role(role).label), joined_at)
        for user_id, name, email, role, joined_at in rows.values_list(
            "user_id", "user__name", "user__email", "role", "created_at"
        )
    ]
    return sorted(found, key=lambda member: not member.is_owner)


def owner_ids(account_id: int, *, but: int = 0) -> list[int]:
    """The owners' user ids, first owner first."""
    rows = Membership.objects.filter(account_id=account_id, role=Membership.Role.OWNER).exclude(user_id=but)
    return list(rows.order_by("created_at", "id").values_list("user_id", flat=True))


def make_owner(account_id: int, user_id: int) -> bool:
    """A second owner beside the first; False when they are no member."""
    return bool(Membership.objects.filter(account_id=account_id, user_id=user_id).update(role=Membership.Role.OWNER))


def rename(account_id: int, name: str) -> None:
    Account.objects.filter(pk=account_id).update(name=name)


@transaction.atomic
def remove(account_id: int, user_id: int) -> bool:
    """Take a person out of an account and end their logins; the last owner stays. Their numbers go to the owner first
    (`numbers.handing`), which is the caller's part."""
    Account.objects.select_for_update().get(pk=account_id)
    if not owner_ids(account_id, but=user_id):
        return False
    gone, _ = Membership.objects.filter(account_id=account_id, user_id=user_id).delete()
    Invitation.objects.filter(account_id=account_id, made_by_id=user_id, used_at=None).delete()
    Session.objects.filter(user_id=user_id).delete()
    return bool(gone)


def _first_account(user_id: int) -> Account | None:
    return Account.objects.filter(memberships__user_id=user_id).order_by("memberships__id").first()


@transaction.atomic
def _open_missing(user_id: int) -> Account:
    user = User.objects.select_for_update().get(pk=user_id)  # two tabs at once open one account
    return _first_account(user_id) or open_account(user)
