"""A received message: Twilio's form in, a message object of the Cloud API out (reference §6, §17)."""

import math
from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import decode, mapping
from safarichat.providers.shapes import JSON
from safarichat.providers.twilio.addresses import bare, user_id

Form = Mapping[str, str]
_REFERRAL = {
    "ReferralBody": "body",
    "ReferralHeadline": "headline",
    "ReferralSourceId": "source_id",
    "ReferralSourceType": "source_type",
    "ReferralSourceUrl": "source_url",
    "ReferralMediaId": "media_id",
    "ReferralCtwaClid": "ctwa_clid",
}


def value_of(form: Form, at: int = 0) -> dict[str, JSON]:
    """The value of a change in the field `messages`, with this one message and its sender."""
    message = {
        "id": message_id(form),
        "from": bare(form.get("From", "")),
        "from_user_id": _sender_id(form),
        "from_parent_user_id": user_id(form.get("ParentExternalUserId", "")),
        "timestamp": str(at) if at else "",
        **_content(form),
        "context": _context(form),
        "referral": _referral(form),
    }
    return {"contacts": [_contact(form)], "messages": [{name: value for name, value in message.items() if value}]}


def message_id(form: Form) -> str:
    return form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid") or ""


def _sender_id(form: Form) -> str:
    return user_id(form.get("ExternalUserId", "")) or user_id(form.get("From", ""))


def _contact(form: Form) -> dict[str, JSON]:
    """(!) For some countries the WhatsApp id differs from the number in `From`."""
    username = form.get("ProfileUsername") or form.get("Username") or ""
    return {
        "wa_id": form.get("WaId", ""),
        "user_id": _sender_id(form),
        "profile": {"name": form.get("ProfileName", ""), "username": username},
    }


# --- what it says ----------------------------------------------------------------------------------------------------


def _content(form: Form) -> dict[str, JSON]:
    interactive = _interactive(form)
    if interactive:
        return {"type": "interactive", "interactive": interactive}
    if form.get("ButtonPayload") or form.get("ButtonText"):
        title = form.get("ButtonText") or form.get("Body", "")
        return {"type": "button", "button": {"text": title, "payload": form.get("ButtonPayload") or title}}
    if _count(form) or form.get("MediaUrl0"):
        return _media(form)
    if form.get("Latitude") and form.get("Longitude"):
        return {"type": "location", "location": _location(form)}
    kind = form.get("MessageType", "")
    if not form.get("Body") and kind not in ("", "text"):
        return {"type": "unsupported", "unsupported": {"type": kind}}
    return {"type": "text", "text": {"body": form.get("Body", "")}}


def _interactive(form: Form) -> dict[str, JSON]:
    """What was chosen. (!) Twilio says it in several ways, by the kind of content and its own version."""
    if form.get("ListId"):
        reply = {"id": form["ListId"], "title": form.get("ListTitle") or form.get("Body", "")}
        more = {"description": form["ListDescription"]} if form.get("ListDescription") else {}
        return {"type": "list_reply", "list_reply": {**reply, **more}}
    if form.get("ButtonPayload") and form.get("MessageType") == "interactive":
        title = form.get("ButtonText") or form.get("Body", "")
        return {"type": "button_reply", "button_reply": {"id": form["ButtonPayload"], "title": title}}
    return _passed_through(form)


def _passed_through(form: Form) -> dict[str, JSON]:
    told = form.get("InteractiveData") or form.get("FlowData") or ""
    if not told:
        return {}
    data = _opened(told)
    for kind in ("list_reply", "button_reply", "nfm_reply"):
        if reply := mapping(data, kind):
            return {"type": kind, kind: reply}
    return {"type": "nfm_reply", "nfm_reply": {"response_json": told, "body": form.get("Body", ""), "name": "flow"}}


def _opened(told: str) -> JSON:
    try:
        return decode(told.encode("utf-8", "replace"))
    except ValueError:
        return None


def _count(form: Form) -> int:
    told = form.get("NumMedia", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0


def _media(form: Form) -> dict[str, JSON]:
    """Twilio has no media ids: its link, which opens with the account's sign-in, stands for one."""
    link, mime_type = form.get("MediaUrl0", ""), form.get("MediaContentType0", "").lower()
    kind = kind_of_media(mime_type)
    payload: dict[str, JSON] = {"id": link, "url": link, "mime_type": mime_type}
    if kind == "contacts":
        return {"type": kind, "contacts": [{"vcard": payload}]}
    if form.get("Body") and kind in ("image", "video", "document"):
        payload |= {"caption": form["Body"]}
    return {"type": kind, kind: payload}


def kind_of_media(mime_type: str) -> str:
    plain = mime_type.partition(";")[0].strip()
    if plain in ("text/vcard", "text/x-vcard"):
        return "contacts"
    if plain == "image/webp":
        return "sticker"
    family = plain.partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


def _location(form: Form) -> dict[str, JSON]:
    place = {"latitude": _degrees(form["Latitude"]), "longitude": _degrees(form["Longitude"])}
    return {**place, **{name: form[key] for key, name in (("Label", "name"), ("Address", "address")) if form.get(key)}}


def _degrees(told: str) -> float | str:
    try:
        degrees = float(told)
    except ValueError:
        return told
    return degrees if math.isfinite(degrees) else told


# --- what it refers to -----------------------------------------------------------------------------------------------


def _context(form: Form) -> dict[str, JSON]:
    told: dict[str, JSON] = {
        "id": form.get("OriginalRepliedMessageSid", ""),
        "from": bare(form.get("OriginalRepliedMessageSender", "")),
        "forwarded": form.get("Forwarded", "").lower() == "true",
        "frequently_forwarded": form.get("FrequentlyForwarded", "").lower() == "true",
    }
    return {name: value for name, value in told.items() if value}


def _referral(form: Form) -> dict[str, JSON]:
    told = {name: form[key] for key, name in _REFERRAL.items() if form.get(key)}
    if link := form.get("ReferralMediaUrl", ""):
        kind = "video" if form.get("ReferralMediaContentType", "").startswith("video") else "image"
        told |= {"media_type": kind, f"{kind}_url": link}
    return dict(told)
