"""Each documented limit: at it a message passes, beyond it Meta's own code and the field are told (reference §4)."""

from typing import Any

import pytest

from tests.providers.outgoing.bodies import BODIES, FLOW, PERSON, SECTIONS, amount, card, changed, reply, row, told

ACTION = "interactive.action"
PARAMETERS = f"{ACTION}.parameters"
VALUE = "template.components.1.parameters.0"


@pytest.mark.parametrize("kind", BODIES)
def test_a_good_message_of_every_kind_passes(kind: str) -> None:
    assert told(BODIES[kind]) is None


LONGEST = [
    ("text", "text.body", 4096),
    ("image", "image.caption", 1024),
    ("document", "document.caption", 1024),
    ("document", "document.filename", 240),
    ("button", "interactive.body.text", 1024),
    ("list", "interactive.body.text", 4096),
    ("carousel", "interactive.body.text", 1024),
    ("request_contact_info", "interactive.body.text", 1024),
    ("button", "interactive.header.text", 60),
    ("list", "interactive.footer.text", 60),
    ("button", f"{ACTION}.buttons.0.reply.id", 256),
    ("button", f"{ACTION}.buttons.0.reply.title", 20),
    ("list", f"{ACTION}.button", 20),
    ("list", f"{ACTION}.sections.0.title", 24),
    ("list", f"{ACTION}.sections.0.rows.1.id", 200),
    ("list", f"{ACTION}.sections.0.rows.1.title", 24),
    ("list", f"{ACTION}.sections.0.rows.1.description", 72),
    ("cta_url", f"{PARAMETERS}.display_text", 20),
    ("flow", f"{PARAMETERS}.flow_cta", 30),
    ("voice_call", f"{PARAMETERS}.display_text", 20),
    ("order_details", f"{PARAMETERS}.reference_id", 60),
    ("carousel", f"{ACTION}.cards.1.body.text", 160),
    ("product_list", f"{ACTION}.sections.0.title", 24),
    ("text", "biz_opaque_callback_data", 512),
    ("template", "template.name", 512),
]


@pytest.mark.parametrize(("kind", "path", "most"), LONGEST)
def test_the_longest_text_passes_and_one_more_character_does_not(kind: str, path: str, most: int) -> None:
    assert told(changed(kind, path, "x" * (most - 1))) is None
    assert told(changed(kind, path, "x" * most)) is None
    assert told(changed(kind, path, "x" * (most + 1))) == (100, _as_path(path))


def test_characters_are_counted_as_people_count_them() -> None:
    assert told(changed("button", f"{ACTION}.buttons.0.reply.title", "😀" * 20)) is None


NEEDED = [
    ("text", "text.body"),
    ("location", "location.latitude"),
    ("location", "location.longitude"),
    ("contacts", "contacts.0.name.formatted_name"),
    ("contacts", "contacts.0.name.first_name"),
    ("reaction", "reaction.message_id"),
    ("reaction", "reaction.emoji"),
    ("image", "image.id"),
    ("button", "interactive.type"),
    ("button", "interactive.body"),
    ("button", ACTION),
    ("button", f"{ACTION}.buttons.1.reply.title"),
    ("list", f"{ACTION}.button"),
    ("list", f"{ACTION}.sections.0.rows"),
    ("list", f"{ACTION}.sections.0.rows.0.title"),
    ("cta_url", f"{PARAMETERS}.url"),
    ("address_message", f"{PARAMETERS}.country"),
    ("flow", f"{PARAMETERS}.flow_id"),
    ("flow", f"{PARAMETERS}.flow_cta"),
    ("product", f"{ACTION}.catalog_id"),
    ("product_list", "interactive.header"),
    ("product_list", f"{ACTION}.sections"),
    ("catalog_message", "interactive.body"),
    ("carousel", f"{ACTION}.cards.0.header"),
    ("order_details", f"{PARAMETERS}.currency"),
    ("order_status", f"{PARAMETERS}.order.status"),
    ("template", "template.name"),
    ("template", "template.language.code"),
    ("template", "template.components.0.type"),
    ("template", f"{VALUE}.text"),
    ("template", "template.components.2.sub_type"),
    ("template", "template.components.2.index"),
]


@pytest.mark.parametrize(("kind", "path"), NEEDED)
def test_what_is_missing_is_named(kind: str, path: str) -> None:
    assert told(changed(kind, path, ...)) == (131008, _as_path(path))


def cards(count: int) -> list[dict[str, Any]]:
    return [card(place) for place in range(count)]


def products(count: int) -> list[dict[str, Any]]:
    return [{"title": "Drinks", "product_items": [{"product_retailer_id": str(place)} for place in range(count)]}]


def sections(*sizes: int) -> list[dict[str, Any]]:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [
        {"title": f"Part {place}", "rows": [row(start + each) for each in range(size)]}
        for place, (start, size) in enumerate(zip(starts, sizes, strict=True))
    ]


HOW_MANY = [
    ("contacts", "contacts", [PERSON] * 257, [PERSON] * 258, ""),
    ("button", f"{ACTION}.buttons", [reply(i) for i in range(3)], [reply(i) for i in range(4)], ""),
    ("list", f"{ACTION}.sections", sections(5, 5), sections(5, 6), ""),
    ("list", f"{ACTION}.sections", sections(*[1] * 10), sections(*[1] * 11), ""),
    ("carousel", f"{ACTION}.cards", cards(10), cards(11), ""),
    ("carousel", f"{ACTION}.cards", cards(2), cards(1), ""),
    ("product_list", f"{ACTION}.sections", products(30), products(30) + products(1), ""),
    ("product_list", f"{ACTION}.sections", SECTIONS * 10, SECTIONS * 11, ""),
    ("voice_call", f"{PARAMETERS}.ttl_minutes", 43200, 43201, ""),
    ("voice_call", f"{PARAMETERS}.ttl_minutes", 1, 0, ""),
    ("location", "location.latitude", 90, 90.01, ""),
    ("location", "location.latitude", "-90", "-91", ""),
    ("location", "location.longitude", -180, -180.5, ""),
    ("carousel", f"{ACTION}.cards", [card(0), card(9)], [card(0), card(10)], "[1].card_index"),
    ("template", "template.components.2.index", "9", "10", ""),
    ("order_details", f"{PARAMETERS}.total_amount", amount(11500), amount(11501), ".value"),
    ("order_details", f"{PARAMETERS}.order.tax.offset", 100, 1000, ""),
]


@pytest.mark.parametrize(("kind", "path", "good", "bad", "below"), HOW_MANY)
def test_the_last_good_number_passes_and_the_next_does_not(
    kind: str, path: str, good: Any, bad: Any, below: str
) -> None:
    assert told(changed(kind, path, good)) is None
    assert told(changed(kind, path, bad)) == (131009, _as_path(path) + below)


WRONG = [
    ("image", "image.link", "https://files.example/a.jpg", 131009, "image.id"),  # both sources
    ("video", "video.link", "http://files.example/a.mp4", 131009, "video.link"),
    ("video", "video.link", "https://files.example/a b.mp4", 131009, "video.link"),
    ("audio", "audio.caption", "No", 131009, "audio.caption"),
    ("sticker", "sticker.caption", "No", 131009, "sticker.caption"),
    ("image", "image.filename", "a.jpg", 131009, "image.filename"),
    ("document", "document.voice", True, 131009, "document.voice"),
    ("audio", "audio.voice", "yes", 100, "audio.voice"),
    ("text", "text.preview_url", "true", 100, "text.preview_url"),
    ("text", "text", "Hello", 100, "text"),
    ("location", "location.latitude", "north", 100, "location.latitude"),
    ("location", "location.latitude", True, 100, "location.latitude"),
    ("contacts", "contacts.0.birthday", "31.1.1990", 131009, "contacts[0].birthday"),
    ("contacts", "contacts.0", "Ann", 100, "contacts[0]"),
    ("reaction", "context", {"message_id": "wamid.B"}, 131009, "context"),
    ("text", "context", {}, 131008, "context.message_id"),
    ("text", "recipient_type", "crowd", 131009, "recipient_type"),
    ("text", "category", "marketing", 131009, "category"),
    ("location", "category", "utility", 131009, "category"),
    ("button", "category", "authentication", 131009, "category"),
    ("text", "product_policy", "STRICT", 131055, "product_policy"),
    ("template", "product_policy", "SOMETIMES", 131009, "product_policy"),
    ("template", "message_activity_sharing", "yes", 100, "message_activity_sharing"),
    ("button", f"{ACTION}.buttons.1.reply.id", "b0", 131009, f"{ACTION}.buttons[1].reply.id"),
    ("button", f"{ACTION}.buttons.1.reply.title", "Choice 0", 131009, f"{ACTION}.buttons[1].reply.title"),
    ("button", "interactive.header", {"type": "sticker"}, 131009, "interactive.header.type"),
    ("button", "interactive.header", {"type": "image", "image": {}}, 131008, "interactive.header.image.id"),
    ("list", "interactive.header", {"type": "image", "image": {"id": "1"}}, 131009, "interactive.header.type"),
    ("list", f"{ACTION}.sections.0.rows.1.id", "r0", 131009, f"{ACTION}.sections[0].rows[1].id"),
    ("location_request_message", "interactive.header", {"type": "text", "text": "x"}, 131009, "interactive.header"),
    ("carousel", "interactive.footer", {"text": "x"}, 131009, "interactive.footer"),
    ("call_permission_request", "interactive.footer", {"text": "x"}, 131009, "interactive.footer"),
    ("cta_url", f"{PARAMETERS}.url", "javascript:alert(1)", 131009, f"{PARAMETERS}.url"),
    ("address_message", f"{PARAMETERS}.country", "KE", 131009, f"{PARAMETERS}.country"),
    ("flow", f"{PARAMETERS}.flow_name", "booking", 131009, f"{PARAMETERS}.flow_id"),
    ("flow", PARAMETERS, FLOW | {"mode": "test"}, 131009, f"{PARAMETERS}.mode"),
    (
        "flow",
        PARAMETERS,
        FLOW | {"flow_action_payload": {"data": {}}},
        131009,
        f"{PARAMETERS}.flow_action_payload.data",
    ),
    ("carousel", f"{ACTION}.cards.1.card_index", 0, 131009, f"{ACTION}.cards[1].card_index"),
    ("carousel", f"{ACTION}.cards.1.body.text", "a\nb\nc\nd", 100, f"{ACTION}.cards[1].body.text"),
    ("carousel", f"{ACTION}.cards.1.header", {"type": "video", "video": {"id": "1"}}, 131009, f"{ACTION}.cards[1]"),
    ("order_status", f"{PARAMETERS}.order.status", "lost", 131009, f"{PARAMETERS}.order.status"),
    ("template", f"{VALUE}.text", "two\nlines", 132012, "template.components[1].parameters[0].text"),
    ("template", f"{VALUE}.text", "a     b", 132012, "template.components[1].parameters[0].text"),
    ("template", "template.components.2.sub_type", "lever", 131009, "template.components[2].sub_type"),
    ("template", "template.name", "Order Update", 131009, "template.name"),
    ("template", "template.language.code", "English!", 131009, "template.language.code"),
    ("template", "template.components", {}, 100, "template.components"),
]


@pytest.mark.parametrize(("kind", "path", "value", "code", "field"), WRONG)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(
    kind: str, path: str, value: Any, code: int, field: str
) -> None:
    assert told(changed(kind, path, value)) == (code, field)


GOOD_VALUES = [
    {"type": "currency", "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": 10000}},
    {"type": "date_time", "date_time": {"fallback_value": "May 1"}},
    {"type": "document", "document": {"link": "https://files.example/a.pdf", "filename": "a.pdf"}},
    {"type": "location", "location": {"latitude": "1", "longitude": "2", "name": "HQ", "address": "1 Road"}},
    {"type": "product", "product": {"product_retailer_id": "sku", "catalog_id": "1"}},
    {"type": "group_id", "group_id": "Y2Fw"},
    {"type": "payload", "payload": "x" * 256},
    {"type": "coupon_code", "coupon_code": "SAVE10"},
    {"type": "action", "action": {"flow_token": "t", "flow_action_data": {"k": "v"}}},
    {"type": "action", "action": {"thumbnail_product_retailer_id": "sku", "sections": SECTIONS}},
    {"type": "ttl_minutes", "ttl_minutes": 100},
    {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1790000000000}},
    {"type": "something_new", "something_new": 1},
]


@pytest.mark.parametrize("value", GOOD_VALUES, ids=lambda value: str(value["type"]))
def test_every_kind_of_value_of_a_template_passes(value: dict[str, Any]) -> None:
    assert told(changed("template", VALUE, value)) is None


BAD_VALUES = [
    ({"type": "currency", "currency": {"fallback_value": "$10", "code": "USD", "amount_1000": "x"}}, 131009),
    ({"type": "currency", "currency": {"code": "USD", "amount_1000": 1}}, 131008),
    ({"type": "date_time", "date_time": {}}, 131008),
    ({"type": "image", "image": {"id": "1", "link": "https://files.example/a"}}, 131009),
    ({"type": "payload", "payload": "x" * 257}, 100),
    ({"type": "coupon_code", "coupon_code": "x" * 21}, 100),
    ({"type": "ttl_minutes", "ttl_minutes": 43201}, 131009),
    ({"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1790000000}}, 131009),
    ({"text": "no type"}, 131008),
    ("text", 100),
]


@pytest.mark.parametrize(("value", "code"), BAD_VALUES)
def test_a_bad_value_of_a_template_is_refused_at_its_place(value: Any, code: int) -> None:
    found = told(changed("template", VALUE, value))
    assert found is not None
    assert found[0] == code
    assert found[1].startswith("template.components[1].parameters[0]")


def test_values_with_and_without_names_do_not_mix() -> None:
    mixed = [{"type": "text", "parameter_name": "first_name", "text": "Ann"}, {"type": "text", "text": "A1"}]
    found = told(changed("template", "template.components.1.parameters", mixed))
    assert found == (132012, "template.components[1].parameters[1].parameter_name")


def test_cards_of_a_template_are_judged_like_its_other_parts() -> None:
    good = {"type": "carousel", "cards": [{"card_index": 0, "components": []}, {"card_index": 1, "components": []}]}
    assert told(changed("template", "template.components.1", good)) is None
    same = {"type": "carousel", "cards": [{"card_index": 0, "components": []}] * 2}
    assert told(changed("template", "template.components.1", same)) == (
        131009,
        "template.components[1].cards[1].card_index",
    )


def test_cards_may_carry_quick_replies_or_products() -> None:
    tap = {"type": "quick_reply", "quick_reply": {"id": "a", "title": "More"}}
    tapped = [card(place) | {"action": {"buttons": [tap]}} for place in range(2)]
    assert told(changed("carousel", f"{ACTION}.cards", tapped)) is None
    sold = [
        {"card_index": place, "type": "product", "action": {"product_retailer_id": "sku", "catalog_id": "1"}}
        for place in range(2)
    ]
    assert told(changed("carousel", f"{ACTION}.cards", sold)) is None
    sold[1]["action"] = {"product_retailer_id": "sku", "catalog_id": "2"}
    assert told(changed("carousel", f"{ACTION}.cards", sold)) == (131009, f"{ACTION}.cards[1]")


def test_an_empty_emoji_takes_a_reaction_back() -> None:
    assert told(changed("reaction", "reaction.emoji", "")) is None


def _as_path(path: str) -> str:
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split(".")).removeprefix(".")
