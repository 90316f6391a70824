"""A template as a form: what is asked for, what comes of it, how it looks."""

from typing import Any

import pytest

from safarichat.providers.cloud_api.outgoing import check
from safarichat.providers.cloud_api.templates.filling import can_be_filled, filled, look, slots, values_of
from safarichat.providers.cloud_api.templates.layout import layout
from safarichat.providers.meta.about import ABILITIES
from safarichat.sandbox.meta.template_samples import SAMPLES
from tests.providers.templates.samples import CARDS, CODE, NAMED, ORDER, header, misfit

ANSWERS = {"text": "Asha", "link": "https://files.example/a.jpg", "number": "1.5", "place": "Shop", "code": "SALE"}
ANSWERS |= {"time": "1790000000000"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample[0]}-{sample[1]}")
def test_a_filled_form_of_every_sample_is_a_message_that_fits(sample: Any) -> None:
    name, language, category, _status, components, more = sample
    is_named = more.get("parameter_format") == "NAMED"
    wanted = layout(components)
    values = {slot.key: ANSWERS[slot.kind] for slot in slots(wanted, is_code=category == "AUTHENTICATION")}
    message = filled(name, language, wanted, values, is_named=is_named, is_code=category == "AUTHENTICATION")
    assert check(message, ABILITIES).problem is None
    assert misfit(components, *message["template"].get("components", []), is_named=is_named) is None


def test_what_is_left_empty_is_found_by_the_checks() -> None:
    problem = check(filled("order", "en", layout(ORDER), {}, is_named=False), ABILITIES).problem
    assert problem is not None
    assert problem.details == "template.components[0].parameters[0].text"


def test_fields_carry_the_names_and_samples_of_their_variables() -> None:
    found = [(slot.key, slot.part, slot.name, slot.sample) for slot in slots(layout(ORDER))]
    assert found == [
        ("header.1", "header", "1", ""),
        ("body.1", "body", "1", "Ann"),
        ("body.2", "body", "2", "Friday"),
        ("button.1", "button", "", "A1"),
    ]
    assert [slot.name for slot in slots(layout(NAMED))] == ["first_name", "day"]
    assert [slot.key for slot in slots(layout(CARDS))][:2] == ["card.0.header", "card.0.button.0"]


def test_a_sign_in_code_is_typed_once_and_sent_twice() -> None:
    assert [slot.key for slot in slots(layout(CODE), is_code=True)] == ["body.1"]
    sent = filled("code", "en", layout(CODE), {"body.1": "123456"}, is_named=False, is_code=True)
    assert [part["parameters"][0]["text"] for part in sent["template"]["components"]] == ["123456"] * 2


def test_the_look_shows_values_else_samples_else_names() -> None:
    shown = look(layout(ORDER), {"body.2": "Sunday"})
    assert "".join(piece.text for piece in shown.header) == "Order {{1}}"
    assert "".join(piece.text for piece in shown.body) == "Hi Ann, it comes on Sunday."
    assert shown.buttons == ("Yes", "Track")


def test_a_message_shows_as_its_template_reads() -> None:
    sent = filled("order", "en", layout(ORDER), {"header.1": "A7", "body.1": "Ann", "body.2": "May"}, is_named=False)
    assert values_of(sent["template"], layout(ORDER)) == {"header.1": "A7", "body.1": "Ann", "body.2": "May"}


def test_numbers_may_run_through_the_whole_template() -> None:
    through = layout(
        [{"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"}, {"type": "BODY", "text": "{{2}}, {{3}}!"}]
    )
    texts = [{"type": "text", "text": text} for text in ("A7", "Ann", "May")]
    sent = {"components": [{"type": "header", "parameters": texts[:1]}, {"type": "body", "parameters": texts[1:]}]}
    assert values_of(sent, through) == {"header.1": "A7", "body.2": "Ann", "body.3": "May"}


def test_what_only_a_program_can_give_is_known() -> None:
    assert can_be_filled(layout(ORDER))
    assert not can_be_filled(layout([header("PRODUCT")]))
    assert not can_be_filled(layout([{"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View"}]}]))
