"""Twilio's approved contents as the templates that everybody else lists."""

from typing import Any

import pytest

from safarichat.providers import twilio
from safarichat.providers.cloud_api.templates.fitting import fit_problem
from safarichat.providers.cloud_api.templates.layout import layout
from safarichat.providers.shapes import Later, Refused, Template, TemplateList, Unknown
from safarichat.providers.twilio.template_list import template
from tests.conformance.subject import GONE, Pretend, reply
from tests.conformance.twilio.subject import OF_NUMBER, SUBJECT

LIST = "GET ContentAndApprovals"
APPROVED = {"name": "order_ready", "category": "UTILITY", "status": "approved", "rejection_reason": ""}
TEXT = {"twilio/text": {"body": "Hi {{1}}, order {{2}} is ready."}}


def content(types: Any = TEXT, approval: Any = APPROVED, **more: Any) -> dict[str, Any]:
    known = {"sid": f"HX{'1' * 32}", "friendly_name": "Order, ready", "language": "en", "types": types}
    return {**known, "variables": {"1": "Ana", "2": "A7"}, "approval_requests": approval, **more}


def read(types: Any = TEXT, **more: Any) -> Template:
    found = template(content(types, **more))
    assert found is not None
    return found


def listed(*answers: Any) -> TemplateList | Refused | Later | Unknown:
    return Pretend({LIST: list(answers)}).run(twilio.templates(SUBJECT.number, OF_NUMBER))


def body(*values: str) -> dict[str, Any]:
    return {"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}


def test_a_template_has_the_name_under_which_it_was_approved() -> None:
    found = read()
    assert (found.name, found.language, found.category, found.status) == ("order_ready", "en", "UTILITY", "APPROVED")
    assert found.components == (
        {"type": "BODY", "text": "Hi {{1}}, order {{2}} is ready.", "example": {"body_text": [["Ana", "A7"]]}},
    )


@pytest.mark.parametrize(("told", "status"), [
    ("received", "PENDING"), ("pending", "PENDING"), ("paused", "PAUSED"), ("disabled", "DISABLED"),
    ("rejected", "REJECTED"),
])  # fmt: skip
def test_its_state_is_told_in_metas_words(told: str, status: str) -> None:
    assert read(approval={**APPROVED, "status": told}).status == status


@pytest.mark.parametrize("approval", [{}, None, {**APPROVED, "status": "unsubmitted"}, {"status": "approved"}])
def test_what_was_never_handed_in_is_no_template(approval: Any) -> None:
    assert template(content(approval=approval)) is None


def test_a_message_fits_or_not_as_with_any_other_provider() -> None:
    wanted = layout(read().components)
    assert fit_problem(wanted, {"components": [body("Ana", "A7")]}, is_named=False) is None
    problem = fit_problem(wanted, {"components": [body("Ana")]}, is_named=False)
    assert problem is not None
    assert problem.code == 132000


def test_where_numbers_do_not_rise_each_value_says_which_it_is() -> None:
    assert read().parameter_format == "POSITIONAL"
    assert read({"twilio/text": {"body": "{{2}} for {{1}}"}}).parameter_format == "NAMED"


def test_a_card_has_its_header_footer_and_buttons() -> None:
    card = {
        "header_text": "Order {{1}}",
        "body": "Ready, {{2}}",
        "footer": "Thanks",
        "actions": [
            {"type": "URL", "title": "See", "url": "https://shop.test/{{1}}"},
            {"type": "PHONE_NUMBER", "title": "Call", "phone": "+1555"},
            {"type": "QUICK_REPLY", "title": "Fine", "id": "ok"},
            {"type": "COPY_CODE", "title": "Copy", "code": "WINTER"},
        ],
    }
    found = layout(read({"twilio/text": {"body": "elsewhere"}, "whatsapp/card": card}).components)
    assert found.header is not None
    assert (found.header.words.text, found.body.text, found.footer) == ("Order {{1}}", "Ready, {{2}}", "Thanks")
    assert [(each.kind, each.label, each.is_needed) for each in found.buttons] == [
        ("url", "See", True), ("phone_number", "Call", False), ("quick_reply", "Fine", False),
        ("fixed_code", "Copy", False),
    ]  # fmt: skip


@pytest.mark.parametrize(("media", "sample", "kind"), [
    ("https://shop.test/{{1}}", "a.jpg", "image"), ("https://shop.test/{{1}}", "a.MP4", "video"),
    ("https://shop.test/{{1}}", "a.pdf", "document"), ("https://shop.test/logo.jpg", "", ""),
])  # fmt: skip
def test_only_a_file_with_a_variable_is_asked_for(media: str, sample: str, kind: str) -> None:
    found = layout(read({"twilio/media": {"body": "Look", "media": [media]}}, variables={"1": sample}).components)
    assert (found.header.kind if found.header else "") == kind


def test_a_sign_in_code_waits_for_its_code() -> None:
    code = {"whatsapp/authentication": {"actions": [{"type": "COPY_CODE", "copy_code_text": "Copy"}]}}
    found = layout(read(code).components)
    assert found.body.names == ("1",)
    assert [each.kind for each in found.buttons] == ["otp"]


def test_a_carousel_has_a_layout_for_each_card() -> None:
    cards = [{"title": "Tea", "body": "{{2}}", "actions": []}, {"title": "Coffee", "body": "", "actions": []}]
    found = layout(read({"twilio/carousel": {"body": "Hi {{1}}", "cards": cards}}).components)
    assert [card.body.text for card in found.cards] == ["{{2}}", "Coffee"]


def test_of_two_of_one_name_the_approved_one_counts() -> None:
    pending = content(approval={**APPROVED, "status": "pending"})
    found = listed(reply({"contents": [pending, content(), pending], "meta": {"next_page_url": None}}))
    assert isinstance(found, TemplateList)
    assert [each.status for each in found.templates] == ["APPROVED"]


@pytest.mark.parametrize("answer", [GONE, reply({"code": 20003, "message": "Authenticate", "status": 401}, 401)])
def test_a_page_that_fails_fails_the_list(answer: Any) -> None:
    first = {"contents": [content()], "meta": {"next_page_url": "https://content.twilio.com/v2/x?PageToken=2"}}
    assert not isinstance(listed(reply(first), answer), TemplateList)
