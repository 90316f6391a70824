"""Free entry: who came by an advertisement and is answered within 24 hours costs nothing for 72 (reference §8)."""

from safarichat.sandbox.things import JSON, Chat

ANSWER_WITHIN_S, LASTS_S = 24 * 3600, 72 * 3600


def wrote(chat: Chat, content: dict[str, JSON], at: float) -> None:
    if content.get("referral"):
        chat.came_by_ad_at = at


def answered(chat: Chat, at: float) -> None:
    """The first answer opens the window; later ones don't make it longer."""
    if chat.came_by_ad_at and not is_free(chat, at) and at - chat.came_by_ad_at < ANSWER_WITHIN_S:
        chat.free_until, chat.came_by_ad_at = at + LASTS_S, 0


def is_free(chat: Chat, at: float) -> bool:
    return at < chat.free_until


def price() -> dict[str, JSON]:
    return {"billable": False, "pricing_model": "PMP", "type": "free_entry_point", "category": "referral_conversion"}


def conversation(chat: Chat, status: str) -> dict[str, JSON]:
    """Told of these windows only, since v24; the end only with `sent`."""
    ends = {"expiration_timestamp": str(int(chat.free_until))} if status == "sent" else {}
    return {"id": f"entry-{chat.id}", **ends, "origin": {"type": "referral_conversion"}}
