"""A person whom nobody invites and no mail reaches: the demo's."""

from allauth.account.models import EmailAddress
from django.db import transaction

from safarichat.accounts.models import Account, User
from safarichat.accounts.people import account_of


@transaction.atomic
def ensure_person(email: str, password: str, *, name: str) -> Account:
    """The account of a verified operator with this address and password, made at the first call."""
    user = User.objects.filter(email=email).first() or User.objects.create_superuser(email, password, name=name)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return account_of(user.pk)
