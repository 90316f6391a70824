"""Each kind of the Cloud API's messages in Twilio's form, or why not (reference §16)."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from safarichat.providers import twilio
from safarichat.providers.shapes import Accepted, Outgoing, Refused
from safarichat.providers.twilio import about
from safarichat.providers.twilio.bridge import GRAPH_CODES, graph_code
from safarichat.providers.twilio.errors import TABLE
from tests.conformance.subject import Pretend, Routes, reply, route_of
from tests.conformance.twilio.connects import HAPPY, HOOK_URL, SEND, refusal
from tests.conformance.twilio.subject import OF_NUMBER, SUBJECT

FIND, FIND_APPROVED, MAKE = "GET Content", "GET ContentAndApprovals", "POST Content"
HX, OTHER_HX = f"HX{'7' * 32}", f"HX{'8' * 32}"
LINK = "https://files.test/a/menu.pdf"


def send(
    body: Mapping[str, Any], routes: Routes | None = None, kept: Mapping[str, str] | None = None
) -> tuple[Any, Pretend]:
    message = Outgoing(opaque="m-1", to="5511987654321", body=body)
    usual: Routes = {FIND: [reply({"contents": []})], MAKE: [reply({"sid": HX}, 201)]}
    pretend = Pretend(HAPPY, usual, routes or {})
    number = msgspec.structs.replace(SUBJECT.number, contents=kept or {})
    return pretend.run(twilio.send(number, message, OF_NUMBER)), pretend


def form_of(pretend: Pretend) -> dict[str, str]:
    [call] = [call for call in pretend.calls if route_of(call) == SEND]
    form: dict[str, str] = dict(call.form or ())
    return form


def of_kind(kind: str, **content: Any) -> dict[str, Any]:
    return {"type": kind, kind: content}


def interactive(kind: str, **more: Any) -> dict[str, Any]:
    return of_kind("interactive", type=kind, body={"text": "Escolha"}, **more)


BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Sim"}}]}
SECTIONS = [{"title": "Equipe", "rows": [{"id": "s", "title": "Vendas", "description": "Comprar"}]}]
LINKED = {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://aurora.test/p/7"}}
FLOW = {"name": "flow", "parameters": {"flow_id": "55", "flow_cta": "Pedir", "flow_token": "t1"}}

PLAIN: list[tuple[str, dict[str, Any], dict[str, str], tuple[str, ...]]] = [
    ("text", of_kind("text", body="Olá"), {"Body": "Olá"}, ()),
    ("text with a preview", of_kind("text", body="Olá", preview_url=True), {"Body": "Olá"}, (about.NO_PREVIEW_CHOICE,)),
    ("picture", of_kind("image", link=LINK, caption="veja"), {"MediaUrl": LINK, "Body": "veja"}, ()),
    ("video", of_kind("video", link=LINK), {"MediaUrl": LINK}, ()),
    ("sound", of_kind("audio", link=LINK), {"MediaUrl": LINK}, ()),
    ("voice", of_kind("audio", link=LINK, voice=True), {"MediaUrl": LINK}, (about.NO_VOICE_MARK,)),
    ("sticker", of_kind("sticker", link=LINK), {"MediaUrl": LINK}, ()),
    ("document", of_kind("document", link=LINK, filename="menu.pdf"), {"MediaUrl": LINK}, ()),
    ("document with another name and words", of_kind("document", link=LINK, filename="b.pdf", caption="veja"),
     {"MediaUrl": LINK}, (about.NO_FILENAME, about.NO_DOCUMENT_CAPTION)),
    ("place", of_kind("location", latitude=-23.55, longitude=-46.63, name="Padaria|Aurora", address="Rua 1"),
     {"Body": "Padaria Aurora", "PersistentAction": "geo:-23.55,-46.63|Padaria Aurora"}, (about.NO_ADDRESS,)),
    ("a quoted answer", {**of_kind("text", body="sim"), "context": {"message_id": "wamid.A"}}, {"Body": "sim"},
     (about.NO_QUOTE,)),
    ("with a time to live", {**of_kind("text", body="sim"), "message_send_ttl_seconds": 90_000},
     {"Body": "sim", "ValidityPeriod": "36000"}, (about.NO_TTL,)),
]  # fmt: skip


@pytest.mark.parametrize(("body", "form", "loss"), [case[1:] for case in PLAIN], ids=[case[0] for case in PLAIN])
def test_what_needs_no_content_goes_as_it_is(body: dict[str, Any], form: dict[str, str], loss: tuple[str, ...]) -> None:
    outcome, pretend = send(body)
    assert isinstance(outcome, Accepted)
    assert outcome.loss == loss
    told = {"To": "whatsapp:+5511987654321", "From": "whatsapp:+5511900000000"}
    callback = f"{HOOK_URL}?m=m-1#rc=5&rp=all&tt=15000"
    assert form_of(pretend) == {**told, **form, "StatusCallback": callback}
    assert pretend.asked == (SEND,)
    assert set(loss) <= {sentence for told in about.ABILITIES.carried_without.values() for sentence in told}


CONTENTS: list[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, str]]] = [
    ("buttons", interactive("button", action=BUTTONS), "twilio/quick-reply",
     {"body": "{{1}}", "actions": [{"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"}]},
     {"1": "Escolha", "2": "Sim", "3": "y"}),
    ("buttons under a picture", interactive(
        "button", action=BUTTONS, header={"type": "image", "image": {"link": "https://files.test/p.jpg"}},
        footer={"text": "Aurora"}), "whatsapp/card",
     {"body": "{{1}}", "actions": [{"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"}],
      "media": ["https://files.test/{{4}}"], "footer": "{{5}}"},
     {"1": "Escolha", "2": "Sim", "3": "y", "4": "p.jpg", "5": "Aurora"}),
    ("list", interactive("list", action={"button": "Ver", "sections": SECTIONS}), "twilio/list-picker",
     {"body": "{{1}}", "button": "{{2}}", "items": [{"id": "{{3}}", "item": "{{4}}", "description": "{{5}}"}]},
     {"1": "Escolha", "2": "Ver", "3": "s", "4": "Vendas", "5": "Comprar"}),
    ("link", interactive("cta_url", action=LINKED), "twilio/call-to-action",
     {"body": "{{1}}", "actions": [{"type": "URL", "title": "{{2}}", "url": "https://aurora.test/{{3}}"}]},
     {"1": "Escolha", "2": "Abrir", "3": "p/7"}),
    ("form", interactive("flow", action=FLOW), "whatsapp/flows",
     {"body": "{{1}}", "button_text": "{{2}}", "flow_id": "55", "flow_token": "{{3}}"},
     {"1": "Escolha", "2": "Pedir", "3": "t1"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind", "types", "variables"), [case[1:] for case in CONTENTS], ids=[case[0] for case in CONTENTS]
)
def test_what_needs_a_content_gets_one_without_a_word_in_it(
    body: dict[str, Any], kind: str, types: dict[str, Any], variables: dict[str, str]
) -> None:
    outcome, pretend = send(body)
    assert isinstance(outcome, Accepted)
    assert pretend.asked == (FIND, MAKE, SEND)
    assert pretend.calls[1].json["types"] == {kind: types}
    form = form_of(pretend)
    assert form["ContentSid"] == HX
    assert msgspec.json.decode(form["ContentVariables"]) == variables
    again, second = send(body, kept=outcome.contents)
    assert isinstance(again, Accepted)
    assert second.asked == (SEND,)


def test_the_same_shape_is_the_same_content_whatever_it_says() -> None:
    one, _ = send(interactive("button", action=BUTTONS))
    other = {"buttons": [{"type": "reply", "reply": {"id": "n", "title": "Não"}}]}
    two, second = send(interactive("button", action=other), kept=one.contents)
    assert second.asked == (SEND,)
    assert two.contents == one.contents


def test_a_content_deleted_meanwhile_is_made_anew_and_nothing_is_sent_twice() -> None:
    body = interactive("button", action=BUTTONS)
    first, _ = send(body)
    taken = reply({"sid": f"SM{'5' * 32}", "to": "whatsapp:+5511987654321"}, 201)
    routes: Routes = {SEND: [refusal(21655), taken], MAKE: [reply({"sid": OTHER_HX}, 201)]}
    again, pretend = send(body, routes, kept=first.contents)
    assert isinstance(again, Accepted)
    assert pretend.asked == (SEND, FIND, MAKE, SEND)
    assert OTHER_HX in str(again.contents)


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("an uploaded file", of_kind("image", id="900"), 131009),
    ("a file nowhere", of_kind("document", link="file:///etc/passwd"), 131009),
    ("no words", of_kind("text", body=""), 131009),
    ("too many words", of_kind("text", body="x" * 1601), 131009),
    ("no place", of_kind("location", latitude="north", longitude=1), 131009),
    ("four buttons", interactive("button", action={"buttons": BUTTONS["buttons"] * 4}), 131009),
    ("an empty list", interactive("list", action={"button": "Ver", "sections": []}), 131009),
    ("a form by its name", interactive("flow", action={"parameters": {"flow_name": "order"}}), 131009),
    *((f"interactive {kind}", interactive(kind), 131051) for kind in (
        "product", "product_list", "catalog_message", "location_request_message", "address_message", "order_details",
        "order_status", "voice_call", "call_permission_request", "something_new")),
    *((kind, {"type": kind, kind: {}}, 131051) for kind in ("reaction", "contacts", "pin", "edit", "something_new")),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_twilio_can_t_carry_is_refused_without_a_call(body: dict[str, Any], code: int) -> None:
    outcome, pretend = send(body)
    assert isinstance(outcome, Refused)
    assert outcome.problem.code == code
    assert outcome.problem.message.endswith(".")
    assert pretend.asked == ()


def test_a_kind_is_carried_or_refused_with_a_sentence() -> None:
    assert not about.ABILITIES.kinds & set(about.ABILITIES.refused)
    for kind, sentence in about.ABILITIES.refused.items():
        assert re.fullmatch(r"[A-Z].*[.]", sentence), kind


# --- templates -------------------------------------------------------------------------------------------------------


def content(sid: str = HX, language: str = "pt_BR", status: str = "approved", types: Any = None) -> dict[str, Any]:
    words = types or {"twilio/text": {"body": "Olá {{1}}, pedido {{2}}"}}
    approval = {"name": "order_ready", "status": status}
    usual = {"sid": sid, "friendly_name": "order_ready", "language": language, "types": words}
    return {**usual, "approval_requests": approval}


def template(*values: str, **more: Any) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}] if values else []
    return of_kind("template", name="order_ready", language={"code": "pt_BR"}, components=components, **more)


def found(*contents: dict[str, Any]) -> Routes:
    return {FIND_APPROVED: [reply({"contents": list(contents)})]}


def test_a_template_is_found_by_name_and_language_and_filled_by_number() -> None:
    outcome, pretend = send(template("Ana", "42"), found(content(OTHER_HX, "en"), content()))
    assert isinstance(outcome, Accepted)
    form = form_of(pretend)
    assert form["ContentSid"] == HX
    assert msgspec.json.decode(form["ContentVariables"]) == {"1": "Ana", "2": "42"}
    assert outcome.contents == {"order_ready/pt_BR": f"{HX} 1 2"}


@pytest.mark.parametrize(
    ("media", "link", "value"),
    [
        ("https://files.test/{{2}}", "https://files.test/a/b.png", "a/b.png"),
        ("{{2}}", "https://elsewhere.test/b.png", "https://elsewhere.test/b.png"),
        ("https://files.test/{{2}}", "https://elsewhere.test/b.png", ""),
    ],
)
def test_a_file_of_a_template_begins_as_the_template_s_own_or_is_refused(media: str, link: str, value: str) -> None:
    types = {"twilio/media": {"body": "Olá {{1}}", "media": [media]}}
    body = template("Ana")
    header = {"type": "header", "parameters": [{"type": "image", "image": {"link": link}}]}
    body["template"]["components"].insert(0, header)
    outcome, pretend = send(body, found(content(types=types)))
    if not value:
        assert isinstance(outcome, Refused)
        assert outcome.problem.code == 131009
        return
    assert isinstance(outcome, Accepted)
    assert msgspec.json.decode(form_of(pretend)["ContentVariables"]) == {"1": "Ana", "2": value}


@pytest.mark.parametrize(
    ("body", "contents", "code"),
    [
        (template("Ana"), (), 63027),
        (template("Ana"), (content(language="en"),), 63027),
        (template("Ana"), (content(),), 63028),
        (template("Ana", "42"), (content(status="paused"),), 63041),
    ],
)
def test_a_template_that_can_t_be_used_says_why(body: dict[str, Any], contents: Any, code: int) -> None:
    outcome, pretend = send(body, found(*contents))
    assert isinstance(outcome, Refused)
    assert outcome.problem.code == code
    assert SEND not in pretend.asked


def test_a_header_s_file_is_given_by_the_part_of_its_link_that_changes() -> None:
    types = {"twilio/media": {"body": "Olá {{1}}", "media": ["https://files.test/{{2}}"]}}
    body = of_kind("template", name="order_ready", language={"code": "pt_BR"}, components=[
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://files.test/a/b.jpg"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
    ])  # fmt: skip
    outcome, pretend = send(body, found(content(types=types)))
    assert isinstance(outcome, Accepted)
    assert msgspec.json.decode(form_of(pretend)["ContentVariables"]) == {"1": "Ana", "2": "a/b.jpg"}


# --- codes -----------------------------------------------------------------------------------------------------------


def test_twilio_s_codes_are_told_in_meta_s_words() -> None:
    """The reference's bridge (§18)."""
    pairs = {63016: 131047, 63018: 130429, 63017: 80007, 63003: 131026, 63024: 131026, 63049: 131049, 63027: 132001}
    pairs |= {63028: 132000, 63041: 132015, 63034: 131053, 63020: 131042, 63014: 131050, 21610: 131050, 63032: 130472}
    pairs |= {63001: 190, 63010: 131000, 63012: 131000, 63009: 131016, 63015: 131030}
    assert {code: graph_code(code) for code in pairs} == pairs
    assert graph_code(None) == graph_code(7) == 131000
    assert set(GRAPH_CODES) <= set(TABLE)
