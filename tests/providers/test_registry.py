"""The provider seam as the rest of the house sees it."""

import ast
from pathlib import Path

import pytest

from safarichat import providers
from safarichat.providers.cloud_api.errors import TABLE

ROOM = Path(providers.__file__).parent


def test_a_provider_is_found_by_any_spelling_of_its_name() -> None:
    assert {providers.canonical(name) for name in ("meta", "Meta", " facebook ", "FACEBOOK")} == {"meta"}
    assert providers.get("facebook").name == "meta"
    assert set(providers.names()) <= {"meta", "360dialog", "twilio"}


def test_a_provider_that_can_not_be_used_is_refused_but_compared() -> None:
    for name in ("telex", "", "nonsense"):
        with pytest.raises(providers.UnknownProvider):
            providers.get(name)
    facts = providers.all_facts()
    assert [each.name for each in facts] == ["meta", "360dialog", "twilio"]
    assert {each.name for each in facts if each.is_available} == set(providers.names())
    for each in facts:
        assert all(
            (each.summary, each.best_for, each.you_need, each.who_bills, each.time, each.limits, each.pros, each.cons)
        )


def test_providers_know_no_framework_client_clock_or_chance() -> None:
    allowed = {
        "base64",
        "binascii",
        "collections",
        "functools",
        "hashlib",
        "hmac",
        "json",
        "math",
        "msgspec",
        "re",
        "safarichat",
        "typing",
        "urllib",
    }
    for file in ROOM.rglob("*.py"):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.partition(".")[0] in allowed, f"{file.name} imports {name}"
                assert not name.startswith("safarichat.") or name.startswith(
                    ("safarichat.providers", "safarichat.ground.talks")
                )


def test_every_sentence_of_the_error_table_is_marked_for_translation() -> None:
    marked: set[str] = set()
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_":
                assert isinstance(node.args[0], ast.Constant)
                marked.add(str(node.args[0].value))
    for known in TABLE.values():
        assert {known.message, known.cure} <= marked, known.code
    for facts in providers.all_facts():
        assert {facts.summary, facts.who_bills, *facts.you_need, *facts.pros, *facts.cons} <= marked
