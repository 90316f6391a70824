"""Where a message object names a file: theirs by the provider's id, ours by our own."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from safarichat.ground.sql import JSON

KINDS = ("image", "video", "audio", "document", "sticker")
SENT = frozenset({*KINDS, "gif"})
LONGEST_ID = 1000
LONGEST_URL = 2000


class Named(Struct, frozen=True, kw_only=True):
    """What a customer's message says of its file."""

    kind: str
    media_id: str
    url: str
    mime_type: str
    sha256: str
    name: str


def named(body: Mapping[str, JSON]) -> Named | None:
    """The file that a customer's message brings, if it can be asked for."""
    kind, content = str(body.get("type", "")), body.get(str(body.get("type", "")))
    if kind == "contacts":
        kind, content = "document", _card_file(content)
    if kind not in KINDS or not isinstance(content, Mapping):
        return None
    media_id = _word(content, "id")
    if not media_id or len(media_id) > LONGEST_ID:
        return None
    url = _word(content, "url")
    return Named(
        kind=kind,
        media_id=media_id,
        url=url if len(url) <= LONGEST_URL else "",
        mime_type=_word(content, "mime_type").partition(";")[0].strip()[:100],
        sha256=_word(content, "sha256"),
        name=_word(content, "filename")[:240],
    )


def _card_file(contacts: JSON) -> JSON:
    """(!) Some providers hand a contact card on as a file only."""
    first = contacts[0] if isinstance(contacts, list) and contacts else None
    return first.get("vcard") if isinstance(first, Mapping) else None


class Place(Struct, frozen=True):
    """A media object in a message that we send: the way to it by names and numbers, and the file that it names."""

    path: tuple[str | int, ...]
    media_id: str
    link: str

    @property
    def own_id(self) -> int | None:
        """As an id of ours would look; whether it is one, only the table of files knows."""
        word = self.media_id
        return int(word) if word.isascii() and word.isdigit() and len(word) <= 18 else None

    @property
    def field(self) -> str:
        """Its way as errors tell it: `template.components[0].parameters[0].image.id`."""
        steps = (*self.path, "link" if self.link else "id")
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")


def files(body: Mapping[str, JSON]) -> list[Place]:
    """Wherever a message may name a file: its content, a header, the cards beside each other, a template's values."""
    interactive, template = body.get("interactive"), body.get("template")
    if body.get("type") == "text" or (isinstance(template, Mapping) and not template.get("components")):
        return []
    found = list(_held(body, ()))
    if isinstance(interactive, Mapping):
        found += _held(interactive.get("header"), ("interactive", "header"))
        action = interactive.get("action")
        for place, card in _numbered(action, "cards"):
            found += _held(card.get("header"), ("interactive", "action", "cards", place, "header"))
    if isinstance(template, Mapping):
        found += _in_components(template, ("template",))
    return found


def own_ids(body: Mapping[str, JSON]) -> list[int]:
    """What may be files of ours."""
    return [place.own_id for place in files(body) if place.own_id is not None]


def with_files(
    body: Mapping[str, JSON], named: Mapping[tuple[str | int, ...], Mapping[str, str]]
) -> Mapping[str, JSON]:
    """The same message with files named in another way: `{"id": …}` or `{"link": …}`, by their path."""
    for path, source in named.items():
        body = _put(body, path, source)
    return body


def _held(holder: JSON, path: tuple[str | int, ...]) -> Iterator[Place]:
    """A media object stands in its holder under the name of its type."""
    if not isinstance(holder, Mapping):
        return
    kind = str(holder.get("type", "")).lower()
    content = holder.get(kind)
    if kind in SENT and isinstance(content, Mapping):
        yield Place((*path, kind), _word(content, "id"), _word(content, "link"))


def _in_components(holder: Mapping[str, JSON], path: tuple[str | int, ...]) -> Iterator[Place]:
    for place, component in _numbered(holder, "components"):
        here = (*path, "components", place)
        for number, value in _numbered(component, "parameters"):
            yield from _held(value, (*here, "parameters", number))
        for number, card in _numbered(component, "cards"):
            yield from _in_components(card, (*here, "cards", number))


def _numbered(holder: JSON, name: str) -> Iterator[tuple[int, Mapping[str, JSON]]]:
    listed = holder.get(name) if isinstance(holder, Mapping) else None
    for place, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, Mapping):
            yield place, each


def _put(node: JSON, path: tuple[str | int, ...], source: Mapping[str, str]) -> JSON:
    if not path:
        return {name: value for name, value in node.items() if name not in ("id", "link")} | dict(source)
    step, *rest = path
    if isinstance(node, list):
        return [_put(each, tuple(rest), source) if place == step else each for place, each in enumerate(node)]
    return {**node, step: _put(node[step], tuple(rest), source)}


def _word(content: Mapping[str, JSON], name: str) -> str:
    found = content.get(name)
    return found if isinstance(found, str) else ""
