"""What becomes of a person's numbers when they leave an account."""

from safarichat.numbers.models import LIVE, ConnectLink, OfficialWhatsappCredential


def hand_over(account_id: int, *, from_user_id: int, to_user_id: int) -> int:
    """Make somebody else the person of these numbers, so that they stay when the person goes; how many. Links that
    they sent to customers go on working."""
    ConnectLink.objects.filter(account_id=account_id, created_by_id=from_user_id).update(created_by_id=to_user_id)
    theirs = OfficialWhatsappCredential.objects.filter(account_id=account_id, user_id=from_user_id)
    return theirs.update(user_id=to_user_id)


def still_connected(account_id: int) -> list[OfficialWhatsappCredential]:
    """The account's numbers that the provider still knows as ours."""
    return list(OfficialWhatsappCredential.objects.filter(account_id=account_id, status__in=LIVE).order_by("id"))
