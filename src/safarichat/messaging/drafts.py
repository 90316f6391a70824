"""What a person has written and not yet sent. Called inside `acting_for`."""

from django.db.models.functions import Now

from safarichat.messaging.models import Draft, Message

LONGEST = 20_000  # more than can be sent: what is too long is kept too, for its writer to shorten


def keep(account_id: int, conversation_id: int, user_id: int, text: str, *, form_token: str = "") -> None:
    """Remember a text, or forget it when it is empty. The draft of a form that has been sent comes too late."""
    theirs = Draft.objects.filter(account_id=account_id, conversation_id=conversation_id, user_id=user_id)
    if not text.strip():
        theirs.delete()
    elif not (form_token and Message.objects.filter(account_id=account_id, form_token=form_token).exists()):
        Draft.objects.update_or_create(
            account_id=account_id,
            conversation_id=conversation_id,
            user_id=user_id,
            defaults={"text": text[:LONGEST], "updated_at": Now()},
        )


def text_of(account_id: int, conversation_id: int, user_id: int) -> str:
    theirs = Draft.objects.filter(account_id=account_id, conversation_id=conversation_id, user_id=user_id)
    return theirs.values_list("text", flat=True).first() or ""


def take(account_id: int, conversation_id: int, user_id: int) -> None:
    """It has been sent: forget it."""
    keep(account_id, conversation_id, user_id, "")
