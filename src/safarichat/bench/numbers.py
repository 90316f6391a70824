"""Connected numbers for a benchmark, as onboarding would leave them."""

from collections.abc import Sequence

from django.utils import timezone

from safarichat.accounts.models import Account, Membership, User
from safarichat.ground.fields import seal
from safarichat.numbers.models import OfficialWhatsappCredential

WABA_ID = "200000000000001"


def connect_numbers(count: int, *, per_account: int = 5, throughput_mps: int = 80) -> list[OfficialWhatsappCredential]:
    """Numbers of several accounts, `per_account` each."""
    made: list[OfficialWhatsappCredential] = []
    for place in range(count):
        if place % per_account == 0:
            account, user = _account(place)
        number = OfficialWhatsappCredential.objects.create(
            account=account,
            user=user,
            status="connected",
            api_provider="meta",
            waba_id=WABA_ID,
            phone_number_id=f"3000000000{place:05}",
            phone_number=f"2547000{place:05}",
            throughput_mps=throughput_mps,
            onboarding_completed_at=timezone.now(),
            checked_at=timezone.now(),  # else every worker that starts would look at all of them at once
        )
        seal(number, "access_token", f"EAA{place:040}")
        number.save(update_fields=["access_token"])
        made.append(number)
    return made


def _account(place: int) -> tuple[Account, User]:
    user = User.objects.create_user(f"person{place}@bench.example")
    account = Account.objects.create(name=f"Account {place}")
    Membership.objects.create(account=account, user=user, role=Membership.Role.OWNER)
    return account, user


def phone_number_ids(numbers: Sequence[OfficialWhatsappCredential]) -> list[str]:
    return [number.phone_number_id or "" for number in numbers]
