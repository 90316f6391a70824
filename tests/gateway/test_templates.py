"""Templates and what else is passed on, over providers that speak the Cloud API: by other people's library and by
hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pywa import errors
from pywa.client import WhatsApp
from pywa.types import templates as t
from pywa.types.others import Command

from safarichat.accounts import apikeys
from safarichat.accounts.models import Account
from safarichat.message_templates import syncing
from safarichat.message_templates.models import MessageTemplate
from safarichat.messaging.models import Message
from safarichat.numbers.models import ProviderCall
from tests.every_kind.installation import CUSTOMER, Installation, installation, wait_until
from tests.gateway.test_pywa import Instead

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

NAME, ENGLISH = "tea_is_ready", t.TemplateLanguage.ENGLISH_US


@pytest.fixture(params=["meta", "360dialog"])
def place(request: Any, settings: Any, account: Account, tmp_path: Path) -> Iterator[Installation]:
    with installation(settings, account, request.param, tmp_path) as running:
        running.sandbox.post("/_sandbox/settings", {"review_ms": 1500})
        yield running


@pytest.fixture
def key(account: Account) -> str:
    return apikeys.make(account.pk, "Program", apikeys.SCOPES)[1]


@pytest.fixture
def program(place: Installation, key: str) -> Iterator[WhatsApp]:
    number = place.number
    with httpx.Client(transport=Instead(place.url), timeout=30) as session:
        yield WhatsApp(phone_id=number.phone_number_id, token=key, waba_id=number.waba_id, session=session)


def text(greeting: str) -> t.BodyText:
    return t.BodyText(greeting + " {{1}}, your tea is ready.", "Ann")


def in_copy(status: str) -> MessageTemplate | None:
    return MessageTemplate.objects.filter(name=NAME, status=status, gone_at=None).first()


def test_a_template_is_made_approved_sent_changed_and_deleted_through_us(
    place: Installation, program: WhatsApp
) -> None:
    wanted = t.Template(name=NAME, language=ENGLISH, category=t.TemplateCategory.UTILITY, components=[text("Hi")])
    made = program.create_template(wanted)
    assert made.status == t.TemplateStatus.PENDING
    waiting = in_copy("PENDING")
    assert waiting is not None
    assert waiting.template_id == made.id
    with pytest.raises(errors.WhatsAppError) as twice:
        program.create_template(wanted)
    assert (twice.value.code, twice.value.subcode) == (100, 2388024)

    wait_until(lambda: in_copy("APPROVED") is not None)
    assert syncing.NEWS_FIELDS["status"] in MessageTemplate.objects.get(name=NAME).news  # a webhook told
    params = [text("Hi").params("Asha")]  # type: ignore[arg-type]  # the library hints at itself
    sent = program.send_template(to=CUSTOMER, name=NAME, language=ENGLISH, params=params)
    wait_until(lambda: Message.objects.get().status in ("delivered", "read"))
    assert sent.id
    wait_until(lambda: "Hi Asha, your tea is ready." in place.phone())

    assert program.update_template(template_id=made.id, new_components=[text("Dear")])
    assert program.get_template(template_id=made.id).status == t.TemplateStatus.PENDING
    wait_until(lambda: (found := in_copy("APPROVED")) is not None and found.components[0]["text"].startswith("Dear"))
    assert program.delete_template(NAME, template_id=made.id)
    assert not MessageTemplate.objects.filter(name=NAME, gone_at=None).exists()
    with pytest.raises(errors.TemplateNotExists):
        program.send_template(to=CUSTOMER, name=NAME, language=ENGLISH, params=params)


def test_a_filtered_list_is_read_to_its_end_by_addresses_of_ours(place: Installation, key: str) -> None:
    assert syncing.sync(place.number.account_id, place.number.pk) is None
    approved = set(MessageTemplate.objects.filter(status="APPROVED").values_list("template_id", flat=True))
    address: str | None = f"{place.url}/v23.0/{place.number.waba_id}/message_templates"
    asked: dict[str, str] | None = {"status": "APPROVED", "limit": "3", "fields": "name,status"}
    found: list[str] = []
    with httpx.Client(headers={"authorization": f"Bearer {key}"}, timeout=30) as http:
        while address:
            assert address.startswith(f"{place.url}/v23.0/{place.number.waba_id}/message_templates")
            answer = http.get(address, params=asked)
            page = answer.json()
            assert answer.status_code == 200
            assert "access_token" not in answer.text
            assert str(place.sandbox.http.base_url.port) not in str(page["paging"])
            assert {one["status"] for one in page["data"]} == {"APPROVED"}
            assert len(page["data"]) <= 3
            found += [one["id"] for one in page["data"]]
            address, asked = page["paging"].get("next"), None
        back = http.get(page["paging"]["previous"])
    assert (len(found), set(found)) == (len(approved), approved)
    assert [one["id"] for one in back.json()["data"]][-1] == found[-len(page["data"]) - 1]
    assert not any("EAA" in str(one) for one in ProviderCall.objects.values_list("response", "url"))


def blocked(program: WhatsApp) -> Any:
    """(!) The library's own reading of this list wants an `input` that Meta's has not."""
    return program.api.get_blocked_users(phone_id=str(program.phone_id))["data"]


def test_what_is_passed_on_works_and_what_the_provider_lacks_is_said(place: Installation, program: WhatsApp) -> None:
    place.written({"type": "text", "text": {"body": "Buy my pills"}})
    assert program.block_users([CUSTOMER]).added_users[0].input == CUSTOMER
    assert [one["wa_id"] for one in blocked(program)] == [CUSTOMER[1:]]
    with pytest.raises(errors.BlockUserError):
        program.block_users(["+255712999999"])
    assert program.unblock_users([CUSTOMER]).removed_users
    assert not blocked(program)
    tea = Command(name="tea", description="Orders tea")
    assert program.update_conversational_automation(ice_breakers=["Are you open?"], commands=[tea])

    fault = {"provider": place.number.api_provider, "kind": "http_status", "code": 502}
    place.sandbox.post("/_sandbox/faults", fault)
    with pytest.raises(errors.WhatsAppError, match="131016"):  # whatever page stands in the answer
        blocked(program)
    place.sandbox.http.delete("/_sandbox/faults")

    if place.number.api_provider == "360dialog":
        with pytest.raises(errors.WhatsAppError, match="131009"):
            program.create_qr_code("Tea, please")
        return
    made = program.create_qr_code("Tea, please", "SVG")
    assert made.qr_image_url
    assert [one.code for one in program.get_qr_codes()] == [made.code]
    assert program.update_qr_code(made.code, "Coffee").prefilled_message == "Coffee"
    assert program.delete_qr_code(made.code)
    assert program.get_qr_code(made.code) is None
    assert program.update_commerce_settings(is_catalog_visible=True)
    assert program.get_commerce_settings().is_catalog_visible
