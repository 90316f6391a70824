"""Whether a template message fits the template as it was approved (reference §4.4, send-time checks)."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.errors import problem_in
from safarichat.providers.cloud_api.loose import mappings, text
from safarichat.providers.cloud_api.templates.layout import Button, Header, Layout, Words
from safarichat.providers.shapes import JSON, Problem

COUNT, MISSING, FORM, PAUSED, DISABLED, NEEDED, NO_PHONE = 132000, 132001, 132012, 132015, 132016, 131008, 131062
_STATUSES = {"APPROVED": None, "PAUSED": PAUSED, "DISABLED": DISABLED}
_CODE_KINDS = ("otp", "copy_code")
Sent = Mapping[str, JSON]


def missing(name: str, language: str) -> Problem:
    return _problem(MISSING, "template.name", f"{name} ({language})")


def status_problem(status: str, name: str, language: str) -> Problem | None:
    """Only an approved one can be sent; what is in review, refused or gone does not exist for a sender."""
    code = _STATUSES.get(status, MISSING)
    return None if code is None else _problem(code, "template.name", f"{name} ({language})")


def recipient_problem(category: str, *, by_phone: bool) -> Problem | None:
    """(!) A sign-in code goes to a phone number only."""
    return None if by_phone or category != "AUTHENTICATION" else _problem(NO_PHONE, "recipient", "")


def fit_problem(wanted: Layout, sent: JSON, *, is_named: bool) -> Problem | None:
    """`sent` is the message's `template` object, already of the right shape."""
    return next(_misfits(wanted, mappings(sent, "components"), "template.components", is_named), None)


def _misfits(wanted: Layout, sent: list[Sent], field: str, is_named: bool) -> Iterator[Problem]:
    places = {kind: f"{field}[{place}]" for place, kind in enumerate(_kind(each) for each in sent)}
    parts = {_kind(each): each for each in sent if _kind(each) != "button"}
    yield from _header(wanted.header, parts.get("header", {}), places.get("header", field), is_named)
    yield from _words(wanted.body, parts.get("body", {}), places.get("body", field), "body", is_named)
    yield from _buttons(wanted.buttons, sent, field)
    if wanted.offer_ends and not _values(parts.get("limited_time_offer", {})):
        yield _problem(NEEDED, places.get("limited_time_offer", field), "limited_time_offer")
    if wanted.cards or "carousel" in parts:
        yield from _cards(wanted.cards, parts.get("carousel", {}), places.get("carousel", field), is_named)


def _kind(component: Sent) -> str:
    return text(component, "type").lower()


def _values(component: Sent) -> list[Sent]:
    return mappings(component, "parameters")


def _header(wanted: Header | None, sent: Sent, field: str, is_named: bool) -> Iterator[Problem]:
    kind = wanted.kind if wanted else "text"
    if kind == "text":
        yield from _words(wanted.words if wanted else Words(), sent, field, "header", is_named)
        return
    values = _values(sent)
    if len(values) != 1:
        yield _problem(COUNT, f"{field}.parameters", f"header: {len(values)} of 1")
    elif _kind(values[0]) != kind:
        yield _problem(FORM, f"{field}.parameters[0].type", f"header: {_kind(values[0])} for {kind}")


def _words(wanted: Words, sent: Sent, field: str, part: str, is_named: bool) -> Iterator[Problem]:
    values = _values(sent)
    if len(values) != len(wanted.names):
        yield _problem(COUNT, f"{field}.parameters", f"{part}: {len(values)} of {len(wanted.names)}")
        return
    for place, value in enumerate(values):
        name = text(value, "parameter_name")
        if (is_named and name not in wanted.names) or (not is_named and name and name not in wanted.names):
            yield _problem(FORM, f"{field}.parameters[{place}].parameter_name", f"{part}: {', '.join(wanted.names)}")
    if is_named and len({text(value, "parameter_name") for value in values}) < len(values):
        yield _problem(FORM, f"{field}.parameters", f"{part}: {', '.join(wanted.names)}")


def _buttons(wanted: tuple[Button, ...], sent: list[Sent], field: str) -> Iterator[Problem]:
    given: set[int] = set()
    for place, component in enumerate(sent):
        if _kind(component) != "button":
            continue
        index = int(text(component, "index") or -1)
        if index in given or index >= len(wanted):
            yield _problem(FORM, f"{field}[{place}].index", f"button {index} of {len(wanted)}")
            return
        given.add(index)
        yield from _button(wanted[index], component, f"{field}[{place}]")
    for index, button in enumerate(wanted):
        if button.is_needed and index not in given:
            yield _problem(NEEDED, field, f"button {index}")


def _button(wanted: Button, sent: Sent, field: str) -> Iterator[Problem]:
    kind = text(sent, "sub_type").lower()
    is_code = wanted.kind in _CODE_KINDS or wanted.kind == "url"  # (!) a code's button is sent as a url
    if kind != wanted.kind and not (kind in ("url", *_CODE_KINDS) and is_code and wanted.value == "text"):
        yield _problem(FORM, f"{field}.sub_type", f"{kind} for {wanted.kind}")
        return
    values = _values(sent)
    if len(values) < wanted.is_needed or (values and not wanted.value):
        yield _problem(COUNT, f"{field}.parameters", f"button: {len(values)} of {int(bool(wanted.value))}")
    for place, value in enumerate(values):
        if _kind(value) != wanted.value and (wanted.kind, _kind(value)) != ("voice_call", "payload"):
            yield _problem(FORM, f"{field}.parameters[{place}].type", f"{_kind(value)} for {wanted.value}")


def _cards(wanted: tuple[Layout, ...], sent: Sent, field: str, is_named: bool) -> Iterator[Problem]:
    cards = mappings(sent, "cards")
    if len(cards) != len(wanted):
        yield _problem(COUNT, f"{field}.cards", f"carousel: {len(cards)} of {len(wanted)}")
        return
    for place, card in enumerate(cards):
        index = int(text(card, "card_index") or place)
        if index >= len(wanted):
            yield _problem(FORM, f"{field}.cards[{place}].card_index", f"card {index} of {len(wanted)}")
            return
        yield from _misfits(wanted[index], mappings(card, "components"), f"{field}.cards[{place}].components", is_named)


def _problem(code: int, field: str, told: str) -> Problem:
    """The table's sentences; in the details the field and what was compared."""
    known = problem_in({"code": code})
    return replace(known, details=f"{field}: {told}" if told else field)
