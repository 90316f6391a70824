"""What the parts of a message must be: small checks that name the field, put together to the shape of each kind.

A check is given a value, `None` where there is none, and answers what is wrong with it. Its `rule` is the sentence that
a person reads; the way to the field is put in front on the way out, so that a good message pays nothing for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from safarichat.providers.shapes import JSON, Problem

Check = Callable[[JSON], Problem | None]

UNSUPPORTED, MISSING, WRONG, INVALID = 131051, 131008, 131009, 100
_KEYS = {UNSUPPORTED: "kind_not_carried", MISSING: "missing_field", WRONG: "wrong_value", INVALID: "invalid_field"}


def fault(code: int, rule: str, field: str = "", cure: str = "") -> Problem:
    key = _KEYS.get(code, "wrong_value")
    return Problem(key=key, code=code, message=rule, cure=cure, details=field, fault="business", scope="message")


def under(field: str, problem: Problem) -> Problem:
    """The same problem, told from one level higher."""
    inner = problem.details
    return replace(problem, details=field + (inner if inner.startswith("[") or not inner else f".{inner}"))


# --- values ----------------------------------------------------------------------------------------------------------


def words(most: int, rule: str, *, pattern: str = "", cure: str = "") -> Check:
    """Text of at most so many characters, as people count them."""
    matches = re.compile(pattern).fullmatch if pattern else None

    def check(value: JSON) -> Problem | None:
        if not isinstance(value, str) or not value.strip():
            return fault(MISSING, rule)
        if len(value) > most:
            return fault(INVALID, rule, cure=cure)
        return None if matches is None or matches(value) else fault(WRONG, rule)

    return check


def note(most: int, rule: str) -> Check:
    """Text that may also be empty."""

    def check(value: JSON) -> Problem | None:
        return None if isinstance(value, str) and len(value) <= most else fault(INVALID, rule)

    return check


def one_of(known: Sequence[str], rule: str) -> Check:
    choices = frozenset(known)

    def check(value: JSON) -> Problem | None:
        if value is None or value == "":
            return fault(MISSING, rule)
        return None if isinstance(value, str) and value in choices else fault(WRONG, rule)

    return check


def flag(rule: str) -> Check:
    return lambda value: None if isinstance(value, bool) else fault(INVALID, rule)


def whole(least: int, most: int, rule: str) -> Check:
    def check(value: JSON) -> Problem | None:
        if value is None:
            return fault(MISSING, rule)
        return None if is_whole(value) and least <= value <= most else fault(WRONG, rule)

    return check


def is_whole(value: JSON) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def never(rule: str) -> Check:
    """For what a kind of message can't have."""
    return lambda value: fault(WRONG, rule)


# --- put together ----------------------------------------------------------------------------------------------------

_NONE: Mapping[str, Check] = {}


def shape(rule: str, needs: Mapping[str, Check] = _NONE, may: Mapping[str, Check] = _NONE) -> Check:
    """An object with what it needs and what it may have; what else it has is the provider's to judge."""
    needed, optional = tuple(needs.items()), tuple(may.items())

    def check(value: JSON) -> Problem | None:
        if not isinstance(value, dict):
            return fault(MISSING if value is None else INVALID, rule)
        for name, part in needed:
            if problem := part(value.get(name)):
                return under(name, problem)
        for name, part in optional:
            if (found := value.get(name)) is not None and (problem := part(found)):
                return under(name, problem)
        return None

    return check


def listed(part: Check, most: int, rule: str, *, least: int = 1) -> Check:
    def check(value: JSON) -> Problem | None:
        if not isinstance(value, list):
            return fault(MISSING if value is None else INVALID, rule)
        if not value and least:
            return fault(MISSING, rule)
        if not least <= len(value) <= most:
            return fault(WRONG, rule)
        for place, each in enumerate(value):
            if problem := part(each):
                return under(f"[{place}]", problem)
        return None

    return check


def distinct(read: Callable[[JSON], JSON], field: str, rule: str) -> Check:
    """For a list whose entries are good by themselves: no two may have the same there."""

    def check(value: JSON) -> Problem | None:
        seen: set[str] = set()
        for place, each in enumerate(value):
            told = str(read(each))
            if told in seen:
                return fault(WRONG, rule, f"[{place}].{field}")
            seen.add(told)
        return None

    return check


def every(*checks: Check) -> Check:
    """One after the other: each may rely on those before it."""

    def check(value: JSON) -> Problem | None:
        for one in checks:
            if problem := one(value):
                return problem
        return None

    return check


def exactly_one(names: tuple[str, str], rule: str) -> Check:
    first, second = names

    def check(value: JSON) -> Problem | None:
        has_first, has_second = bool(value.get(first)), bool(value.get(second))
        if has_first == has_second:
            return fault(WRONG if has_first else MISSING, rule, first)
        return None

    return check
