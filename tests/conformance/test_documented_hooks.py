"""Every kind of webhook that Meta documents has a payload here, and each is understood."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from safarichat.providers.cloud_api.envelope import READERS
from safarichat.providers.shapes import Unhandled, Unreadable
from tests.conformance.cloud_api import value_of
from tests.conformance.meta.subject import SUBJECT

DOCUMENTED = [
    line.split() for line in (Path(__file__).parent / "meta/documented.txt").read_text().splitlines() if line[0] != "#"
]
CASES: list[dict[str, Any]] = [msgspec.json.decode(line) for line in SUBJECT.events.read_text().splitlines()]
FIELDS = {field for field, *_ in DOCUMENTED}


def understood() -> Iterator[tuple[str, set[str]]]:
    """Each payload all of whose news has a type: its field, and every key and value in it."""
    for case in CASES:
        events = SUBJECT.read(case)
        if events and not any(isinstance(event, Unhandled | Unreadable) for event in events):
            yield case.get("field", "messages"), set(words(value_of(case)))


def words(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, inner in value.items():
                yield key
                yield from words(inner)
        case list():
            for inner in value:
                yield from words(inner)
        case _:
            yield str(value).replace(" ", "_")


def test_every_documented_field_has_a_reader() -> None:
    assert set(READERS) == FIELDS


def test_every_documented_row_and_variant_is_understood() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    counts: dict[str, int] = defaultdict(int)
    for field, found in understood():
        seen[field] |= found
        counts[field] += 1
    missing = [(field, word) for field, *variants in DOCUMENTED for word in variants if word not in seen[field]]
    variants = sum(len(line) - 1 for line in DOCUMENTED)
    print(f"{sum(counts.values())} payloads of {len(counts)} fields, {variants} documented words")
    assert not missing
    assert sum(counts.values()) >= 270


def test_only_what_nobody_documents_stays_raw() -> None:
    raw = {case["name"] for case in CASES for event in SUBJECT.read(case) if isinstance(event, Unhandled)}
    assert raw == {"a status of tomorrow", "a change with nothing we know", "a field of tomorrow"}
