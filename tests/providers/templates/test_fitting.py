"""A template message against the template: what Meta refuses when it is sent (reference §4.4)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safarichat.providers.cloud_api.templates.fitting import recipient_problem, status_problem
from safarichat.providers.shapes import Problem
from tests.providers.outgoing.test_any_json import ANYTHING
from tests.providers.templates.samples import (
    CARDS,
    CODE,
    COUPON,
    IMAGE,
    NAMED,
    OFFER,
    ORDER,
    PICTURE,
    button,
    by_name,
    misfit,
    part,
    texts,
)

TOP = part("header", texts("A1"))
BODY = part("BODY", texts("Ann", "Friday"))
TRACK = button(1, texts("A1"))
ENDS = part("limited_time_offer", [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1}}])
CARD = [part("header", IMAGE), button(0, texts("A1"))]
TAP = [{"type": "payload", "payload": "x"}]
VIDEO = [{"type": "video", "video": {"id": "1"}}]
TWO = {"type": "carousel", "cards": [{"card_index": place, "components": CARD} for place in range(2)]}
ONE = {"type": "carousel", "cards": [{"card_index": 0, "components": CARD}]}
HALF = {"type": "carousel", "cards": [{"card_index": 0, "components": CARD}, {"card_index": 1, "components": CARD[:1]}]}


@pytest.mark.parametrize(
    ("approved", "sent", "is_named"),
    [
        (ORDER, [TOP, BODY, TRACK], False),
        (
            ORDER,
            [BODY, TOP, button("1", texts("A1")), button(0, TAP, "QUICK_REPLY")],
            False,
        ),
        (NAMED, [part("body", by_name(day="Monday", first_name="Ann"))], True),
        (PICTURE, [part("header", IMAGE)], False),
        (COUPON, [button(0, [{"type": "coupon_code", "coupon_code": "SALE"}], "COPY_CODE")], False),
        (OFFER, [ENDS], False),
        (CODE, [part("body", texts("123456")), button("0", texts("123456"))], False),
        (CARDS, [TWO], False),
        ([{"type": "BODY", "text": "Plain"}], [], False),
    ],
)
def test_what_fits_passes(approved: Any, sent: Any, is_named: bool) -> None:
    assert misfit(approved, *sent, is_named=is_named) is None


@pytest.mark.parametrize(
    ("approved", "sent", "is_named", "told"),
    [
        (ORDER, [BODY, TRACK], False, (132000, ".parameters")),
        (ORDER, [TOP, part("body", texts("Ann")), TRACK], False, (132000, "[1].parameters")),
        (ORDER, [TOP, part("body", texts("a", "b", "c")), TRACK], False, (132000, "[1].parameters")),
        (ORDER, [TOP, BODY], False, (131008, "")),
        (ORDER, [TOP, BODY, TRACK, button(2, texts("x"))], False, (132012, "[3].index")),
        (ORDER, [TOP, BODY, TRACK, TRACK], False, (132012, "[3].index")),
        (ORDER, [TOP, BODY, button(1, texts("x"), "flow")], False, (132012, "[2].sub_type")),
        (ORDER, [TOP, BODY, button(1, TAP)], False, (132012, "[2].parameters[0].type")),
        (ORDER, [TOP, part("body", by_name(a="a", b="b")), TRACK], False, (132012, "[1].parameters[0].parameter_name")),
        (NAMED, [part("body", texts("Ann", "Monday"))], True, (132012, "[0].parameters[0].parameter_name")),
        (NAMED, [part("body", by_name(first_name="a", month="b"))], True, (132012, "[0].parameters[1].parameter_name")),
        (NAMED, [part("body", [*by_name(day="a"), *by_name(day="b")])], True, (132012, "[0].parameters")),
        (PICTURE, [], False, (132000, ".parameters")),
        (PICTURE, [part("header", texts("x"))], False, (132012, "[0].parameters[0].type")),
        (PICTURE, [part("header", VIDEO)], False, (132012, "[0].parameters[0].type")),
        (COUPON, [], False, (131008, "")),
        (OFFER, [], False, (131008, "")),
        (CODE, [part("body", texts("123456"))], False, (131008, "")),
        (CARDS, [], False, (132000, ".cards")),
        (CARDS, [ONE], False, (132000, "[0].cards")),
        (CARDS, [HALF], False, (131008, "[0].cards[1].components")),
        (PICTURE, [part("header", IMAGE), TWO], False, (132000, "[1].cards")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_metas_code_and_the_field(
    approved: Any, sent: Any, is_named: bool, told: tuple[int, str]
) -> None:
    code, field = told
    assert misfit(approved, *sent, is_named=is_named) == (code, f"template.components{field}")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("APPROVED", None),
        ("PAUSED", 132015),
        ("DISABLED", 132016),
        ("PENDING", 132001),
        ("REJECTED", 132001),
        ("", 132001),
    ],
)
def test_only_an_approved_template_can_be_sent(status: str, code: int | None) -> None:
    problem = status_problem(status, "sale", "en_US")
    assert (problem.code if problem else None) == code


def test_a_sign_in_code_goes_to_a_phone_number_only() -> None:
    assert recipient_problem("AUTHENTICATION", by_phone=True) is None
    assert recipient_problem("UTILITY", by_phone=False) is None
    problem = recipient_problem("AUTHENTICATION", by_phone=False)
    assert problem is not None
    assert (problem.code, problem.details) == (131062, "recipient")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(components=st.lists(st.dictionaries(st.sampled_from(["type", "text", "format", "buttons", "cards"]), ANYTHING)))
def test_any_components_can_be_laid_out(components: list[dict[str, Any]]) -> None:
    assert isinstance(misfit(components), tuple | Problem | None)
