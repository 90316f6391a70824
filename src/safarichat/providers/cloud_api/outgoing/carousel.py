"""Cards beside each other (reference §4.3)."""

from safarichat.providers.cloud_api.outgoing.choices import LINK, replies
from safarichat.providers.cloud_api.outgoing.common import (
    INVALID,
    WRONG,
    distinct,
    every,
    fault,
    listed,
    one_of,
    shape,
    whole,
    words,
)
from safarichat.providers.cloud_api.outgoing.media import headed
from safarichat.providers.cloud_api.outgoing.products import PRODUCT
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Problem

CARD = N_("A card is an object with its place, its picture or product, and a button.")
CARDS = N_("A carousel has 2 to 10 cards.")
INDEX = whole(0, 9, N_("A card's index is its place, from 0 to 9."))
SAME = N_("Two cards have the same index.")
BODY = N_("A card's text has at most 160 characters and two line breaks.")
ALIKE = N_("All cards of a carousel are of the same kind: pictures, videos or products of one catalog.")
TYPE = one_of(("cta_url", "quick_reply", "product"), N_("A card's type is cta_url, quick_reply or product."))
_HEADER = headed(("image", "video"), N_("A card needs a picture or a video on top."), {})
_BUTTONS = shape(
    N_("A card needs a button."),
    {"buttons": replies("quick_reply", 2, N_("A card has one or two quick replies."))},
)


def _text(body: JSON) -> Problem | None:
    return fault(INVALID, BODY, "text") if body["text"].count("\n") > 2 else None


_PICTURE = shape(
    CARD,
    {"card_index": INDEX, "type": TYPE, "header": _HEADER},
    {"body": every(shape(BODY, {"text": words(160, BODY)}), _text)},
)
_PRODUCT = shape(CARD, {"card_index": INDEX, "type": TYPE, "action": PRODUCT})


def _card(card: JSON) -> Problem | None:
    """(!) With quick replies, too, Meta's own sample calls the card's type cta_url."""
    if isinstance(card, dict) and card.get("type") == "product":
        return _PRODUCT(card)
    if problem := _PICTURE(card):
        return problem
    action = card.get("action")
    check = _BUTTONS if isinstance(action, dict) and "buttons" in action else LINK
    return shape(CARD, {"action": check})(card)


def _alike(cards: JSON) -> Problem | None:
    kinds = [_kind(card) for card in cards]
    for place, kind in enumerate(kinds):
        if kind != kinds[0]:
            return fault(WRONG, ALIKE, f"[{place}]")
    return None


def _kind(card: JSON) -> tuple[str, str]:
    if card["type"] == "product":
        return "product", card["action"]["catalog_id"]
    return "header", card["header"]["type"]


CAROUSEL = shape(
    CARDS,
    {
        "cards": every(
            listed(_card, 10, CARDS, least=2), distinct(lambda card: card["card_index"], "card_index", SAME), _alike
        )
    },
)
