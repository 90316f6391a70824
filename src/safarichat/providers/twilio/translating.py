"""A message object of the Cloud API as Twilio's parameters, each kind with its losses (reference §3, §16)."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, text, whole
from safarichat.providers.errors import N_
from safarichat.providers.shapes import JSON, Refused
from safarichat.providers.twilio import about
from safarichat.providers.twilio.drafts import Draft, invalid, unsupported
from safarichat.providers.twilio.interactive import interactive
from safarichat.providers.twilio.links import is_link, last_part

LONGEST_TEXT = about.ABILITIES.longest_text
LONGEST_CAPTION = 1024
LONGEST_LIFE_S = 36_000
TOO_LONG = N_("Twilio carries at most 1,600 characters in a text.")
CAPTION_TOO_LONG = N_("A caption can hold at most 1,024 characters.")
NO_CONTENT = N_("The message has no content.")
NO_LINK = N_("Twilio fetches files itself: a public link that begins with https:// or http:// is needed.")
NO_PLACE = N_("A place needs its latitude and longitude.")
NOT_CARRIED = N_("Twilio does not carry messages of this kind.")
Body = Mapping[str, JSON]
_FILES = ("image", "video", "audio", "document", "sticker")


def draft_of(body: Body) -> Draft | Refused:
    """For every kind but templates, whose content is looked up by its name."""
    kind = text(body, "type")
    if kind not in _KINDS:
        return unsupported(about.REFUSED.get(kind, NOT_CARRIED), "type")
    draft = _KINDS[kind](mapping(body, kind))
    return draft if isinstance(draft, Refused) else with_usual_losses(draft, body)


def with_usual_losses(draft: Draft, body: Body) -> Draft:
    """What any message may ask for besides its content."""
    form, loss = draft.form, draft.loss
    if text(mapping(body, "context"), "message_id"):
        loss = (*loss, about.NO_QUOTE)
    if life_s := whole(body, "message_send_ttl_seconds") or whole(body, "ttl"):
        form = (*form, ("ValidityPeriod", str(max(1, min(life_s, LONGEST_LIFE_S)))))
        loss = (*loss, about.NO_TTL)
    return replace(draft, form=form, loss=loss)


def losses(body: Body) -> tuple[str, ...]:
    """Of a message that is carried; a file of ours gets its link only when it leaves."""
    kind = text(body, "type")
    content = mapping(body, kind)
    if kind in _FILES:
        draft: Draft | Refused = Draft(loss=_losses(kind, content))
    else:
        draft = _KINDS[kind](content) if kind in _KINDS else Draft()
    return () if isinstance(draft, Refused) else with_usual_losses(draft, body).loss


def _text(content: Body) -> Draft | Refused:
    words = text(content, "body")
    if not words:
        return invalid(NO_CONTENT, "text.body")
    if len(words) > LONGEST_TEXT:
        return invalid(TOO_LONG, "text.body")
    return Draft(form=(("Body", words),), loss=(about.NO_PREVIEW_CHOICE,) if "preview_url" in content else ())


# --- files -----------------------------------------------------------------------------------------------------------


def _media(kind: str) -> Callable[[Body], Draft | Refused]:
    def translate(content: Body) -> Draft | Refused:
        link, caption = text(content, "link"), text(content, "caption")
        if not link and text(content, "id"):
            return invalid(about.REFUSED["media_id"], f"{kind}.id")
        if not is_link(link):
            return invalid(NO_LINK, f"{kind}.link")
        if kind not in ("image", "video"):
            return Draft(form=(("MediaUrl", link),), loss=_losses(kind, content))
        if len(caption) > LONGEST_CAPTION:
            return invalid(CAPTION_TOO_LONG, f"{kind}.caption")
        return Draft(form=(("MediaUrl", link), *((("Body", caption),) if caption else ())))

    return translate


def _losses(kind: str, content: Body) -> tuple[str, ...]:
    if kind == "audio":
        return (about.NO_VOICE_MARK,) if content.get("voice") is True else ()
    if kind != "document":
        return ()
    is_renamed = text(content, "filename") not in ("", last_part(text(content, "link")))
    lost = ((is_renamed, about.NO_FILENAME), (bool(text(content, "caption")), about.NO_DOCUMENT_CAPTION))
    return tuple(sentence for is_lost, sentence in lost if is_lost)


# --- places ----------------------------------------------------------------------------------------------------------


def _location(content: Body) -> Draft | Refused:
    latitude, longitude = _degrees(content, "latitude", 90), _degrees(content, "longitude", 180)
    if not latitude or not longitude:
        return invalid(NO_PLACE, "location")
    name, address = text(content, "name"), text(content, "address")
    label = " ".join((name or address).replace("|", " ").split())
    place = f"geo:{latitude},{longitude}{f'|{label}' if label else ''}"
    loss = (about.NO_ADDRESS,) if name and address else ()
    return Draft(form=(("Body", label or f"{latitude}, {longitude}"), ("PersistentAction", place)), loss=loss)


def _degrees(content: Body, key: str, most: int) -> str:
    """As plain decimals; empty when it is no angle."""
    value = content.get(key)
    try:
        degrees = float(value) if isinstance(value, str | int | float) else 999.0
    except ValueError:
        return ""
    return f"{degrees:.7f}".rstrip("0").rstrip(".") if abs(degrees) <= most else ""


_KINDS: Mapping[str, Callable[[Body], Draft | Refused]] = {
    "text": _text,
    "location": _location,
    "interactive": interactive,
    **{kind: _media(kind) for kind in _FILES},
}
