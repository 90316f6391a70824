"""Whatever JSON somebody sends: an answer, never an exception. What is not known passes where it may."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from safarichat.providers import dialog360, meta, twilio
from safarichat.providers.cloud_api.outgoing import check
from safarichat.providers.shapes import Abilities, Problem
from tests.providers.outgoing.bodies import BODIES, changed, judged, told

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
PATHS: list[tuple[str, str]] = []


def _walk(kind: str, value: Any, path: str) -> None:
    if path:
        PATHS.append((kind, path))
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        _walk(kind, each, f"{path}.{name}" if path else str(name))


for each_kind, each_body in BODIES.items():
    _walk(each_kind, each_body, "")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(body=st.dictionaries(st.sampled_from(["type", "text", "image", "context", "template"]) | st.text(), ANYTHING))
def test_any_object_is_judged(body: dict[str, Any]) -> None:
    for provider in (meta, dialog360, twilio):
        assert isinstance(check(body, provider.abilities).problem, Problem | None)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(place=st.sampled_from(PATHS), value=ANYTHING)
def test_anything_at_any_place_of_a_good_message_is_judged(place: tuple[str, str], value: Any) -> None:
    problem = judged(changed(*place, value)).problem
    assert problem is None or (problem.message and problem.code and problem.details)


@pytest.mark.parametrize("value", ["\x00", "a\ud83d", float("nan"), float("inf")], ids=["nul", "half", "nan", "inf"])
def test_what_a_database_can_not_keep_is_refused(value: Any) -> None:
    assert told({"type": "text", "text": {"body": "x", "extra": value}}) == (131009, "text")


def test_brackets_without_end_are_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert told({"type": "text", "text": {"body": "x", "extra": deep}}) == (131009, "text")


def test_words_that_only_look_like_nul_or_null_pass() -> None:
    assert told({"type": "text", "text": {"body": "\\u0000 and null", "preview_url": None}}) is None


def test_a_kind_that_is_not_known_passes_unchecked_where_the_cloud_api_is_spoken() -> None:
    hologram = {"type": "hologram", "hologram": {"x": 1}}
    assert judged(hologram).is_unchecked
    assert judged(hologram).problem is None
    assert not judged(BODIES["text"]).is_unchecked
    shown = {"type": "interactive", "interactive": {"type": "hologram_message", "action": {}}}
    assert judged(shown).is_unchecked


def test_elsewhere_it_is_refused() -> None:
    elsewhere = Abilities(kinds=frozenset({"text", "interactive"}))
    problem = check({"type": "hologram", "hologram": {"x": 1}}, elsewhere).problem
    assert problem is not None
    assert (problem.code, problem.details) == (131051, "type")
    shown = {"type": "interactive", "interactive": {"type": "hologram_message", "action": {}}}
    problem = check(shown, elsewhere).problem
    assert problem is not None
    assert (problem.code, problem.details) == (131051, "interactive.type")


@pytest.mark.parametrize("kind", ["", "Text", "a" * 41, "has space", "../x"])
def test_what_can_not_be_the_name_of_a_kind_is_refused(kind: str) -> None:
    assert told({"type": kind, kind: {"x": 1}}) == (131051, "type")


def test_what_a_provider_refuses_it_refuses_with_its_own_sentence() -> None:
    for kind, field in (("reaction", "type"), ("order_status", "interactive.type"), ("voice_call", "interactive.type")):
        problem = check(BODIES[kind], twilio.abilities).problem
        assert problem is not None
        assert (problem.code, problem.details, problem.message) == (131051, field, twilio.abilities.refused[kind])


def test_what_a_provider_may_lose_is_told() -> None:
    linked = {"type": "document", "document": {"link": "https://files.example/a.pdf"}}
    assert check(linked, twilio.abilities).may_lose == twilio.abilities.carried_without["document"]
    assert check(BODIES["list"], twilio.abilities).may_lose == twilio.abilities.carried_without["interactive"]
    own = replace(twilio.abilities, carried_without={"list": ("No sections.",), "interactive": ("Another.",)})
    assert check(BODIES["list"], own).may_lose == ("No sections.",)


def test_a_provider_that_takes_links_takes_no_uploaded_file() -> None:
    found = [check(BODIES["image"], twilio.abilities).problem]
    found.append(
        check(
            changed("button", "interactive.header", {"type": "image", "image": {"id": "1"}}), twilio.abilities
        ).problem
    )
    assert [(each.code, each.details) for each in found if each] == [
        (131009, "image.id"),
        (131009, "interactive.header.image.id"),
    ]


def test_the_longest_text_is_the_providers_own() -> None:
    assert check({"type": "text", "text": {"body": "x" * 1600}}, twilio.abilities).problem is None
    problem = check({"type": "text", "text": {"body": "x" * 1601}}, twilio.abilities).problem
    assert problem is not None
    assert (problem.code, problem.details) == (100, "text.body")
