"""Finding a number's row and changing it under its lock."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import transaction

from safarichat.ground.notify import announce
from safarichat.ground.tenancy import acting_for
from safarichat.numbers.models import OfficialWhatsappCredential


@contextmanager
def changing(credential_id: int, account_id: int | None = None) -> Iterator[OfficialWhatsappCredential]:
    """The row, locked; saved and announced when the block ends. In one account, or (without one) as the owner role.

    Raises DoesNotExist for a row that is not there, or not the account's.
    """
    entered: AbstractContextManager[None] = acting_for(account_id) if account_id is not None else transaction.atomic()
    with entered:
        row = OfficialWhatsappCredential.objects.select_for_update().get(pk=credential_id)
        yield row
        if row.pk is not None:  # not deleted by the block
            row.save()
            tell(row)


def tell(row: OfficialWhatsappCredential) -> None:
    """Let open pages know that the number changed, when the transaction commits."""
    announce(row.account_id, f"number:{row.pk}", "numbers", "overview")


def find(account_id: int, credential_id: int) -> OfficialWhatsappCredential | None:
    """The account's number; a stranger's is not found."""
    with acting_for(account_id):
        return OfficialWhatsappCredential.objects.filter(pk=credential_id).first()


def all_of(account_id: int) -> list[OfficialWhatsappCredential]:
    """Every number and attempt of the account, newest first."""
    with acting_for(account_id):
        return list(OfficialWhatsappCredential.objects.order_by("-created_at", "-id"))
