"""What a customer wrote, as the fields of Twilio's form (reference §6)."""

import msgspec

from safarichat.sandbox.meta import media
from safarichat.sandbox.things import JSON, Customer, Media, Message, PhoneNumber
from safarichat.sandbox.twilio.addresses import PREFIX, customers, numbers
from safarichat.sandbox.world import World

MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
# (!) Reactions, orders, number changes and what nobody supports never reach a business at Twilio.
CARRIED = ("text", "location", "contacts", "button", "interactive", *MEDIA_KINDS)
REFERRAL = {
    "body": "ReferralBody",
    "headline": "ReferralHeadline",
    "source_id": "ReferralSourceId",
    "source_type": "ReferralSourceType",
    "source_url": "ReferralSourceUrl",
    "ctwa_clid": "ReferralCtwaClid",
}


def is_carried(kind: str, content: dict[str, JSON]) -> bool:
    """(!) Nor does anything of calls."""
    is_about_calls = (content.get("interactive") or {}).get("type") == "call_permission_reply"
    return kind in CARRIED and not is_about_calls


class Written(msgspec.Struct):
    """`text` is Twilio's Body, `media` what came along, `fields` what only this kind of message has."""

    text: str = ""
    media: list[Media] = []
    fields: dict[str, str] = {}


def read(world: World, number: PhoneNumber, content: dict[str, JSON]) -> Written:
    kind = str(content["type"])
    payload: JSON = content.get(kind) or {}
    match kind:
        case "text":
            return Written(str(payload.get("body") or ""))
        case "location":
            return Written(fields=_location(payload))
        case "contacts":
            return Written(media=[_vcard(world, number, payload)])
        case "button":
            text = str(payload.get("text") or "")
            return Written(text, fields={"ButtonText": text, "ButtonPayload": str(payload.get("payload") or text)})
        case "interactive":
            return _choice(payload)
    kept = world.media.get(str(payload.get("id") or ""))
    return Written(str(payload.get("caption") or payload.get("filename") or ""), media=[kept] if kept else [])


def form(message: Message, customer: Customer, number: PhoneNumber, account_sid: str) -> dict[str, str]:
    """What every message has."""
    content = message.content()
    told = {"MessageSid": message.id, "SmsMessageSid": message.id, "SmsSid": message.id, "AccountSid": account_sid}
    told |= {"From": customers(customer), "To": numbers(number), "MessageType": message.kind}
    told |= {"NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "ReferralNumMedia": "0"}
    told |= {"ProfileName": customer.name, "ExternalUserId": PREFIX + customer.user_id}
    if customer.wa_id:
        told["WaId"] = customer.wa_id
    if customer.username:
        told["ProfileUsername"] = customer.username
    told |= _context(content.get("context") or {}) | _referral(content.get("referral") or {})
    data = {"context": {name: told[name] for name in ("ProfileName", "WaId") if name in told}}
    return told | {"ChannelMetadata": msgspec.json.encode({"type": "whatsapp", "data": data}).decode()}


def _context(context: dict[str, JSON]) -> dict[str, str]:
    told: dict[str, str] = {}
    if context.get("id"):
        told["OriginalRepliedMessageSid"] = str(context["id"])
        told["OriginalRepliedMessageSender"] = f"{PREFIX}+{str(context.get('from') or '').removeprefix('+')}"
    if context.get("forwarded"):
        told["Forwarded"] = "true"
    if context.get("frequently_forwarded"):
        told["FrequentlyForwarded"] = "true"
    return told


def _referral(referral: dict[str, JSON]) -> dict[str, str]:
    told = {field: str(referral[name]) for name, field in REFERRAL.items() if referral.get(name)}
    url = referral.get("image_url") or referral.get("video_url")
    if url:
        kind = "image/jpeg" if referral.get("image_url") else "video/mp4"
        told |= {"ReferralNumMedia": "1", "ReferralMediaUrl": str(url), "ReferralMediaContentType": kind}
    return told


def _location(place: dict[str, JSON]) -> dict[str, str]:
    told = {"Latitude": str(place.get("latitude")), "Longitude": str(place.get("longitude"))}
    told |= {"Address": str(place["address"])} if place.get("address") else {}
    return told | ({"Label": str(place["name"])} if place.get("name") else {})


def _choice(payload: dict[str, JSON]) -> Written:
    kind = str(payload.get("type") or "")
    chosen = payload.get(kind) or {}
    if kind == "nfm_reply":
        return Written(
            str(chosen.get("body") or ""), fields={"InteractiveData": str(chosen.get("response_json") or "{}")}
        )
    title, id = str(chosen.get("title") or ""), str(chosen.get("id") or "")
    if kind == "button_reply":
        return Written(title, fields={"ButtonText": title, "ButtonPayload": id})
    told = {"ListId": id, "ListTitle": title}
    return Written(title, fields=told | ({"ListDescription": str(d)} if (d := chosen.get("description")) else {}))


def _vcard(world: World, number: PhoneNumber, contacts: list[dict[str, JSON]]) -> Media:
    cards = []
    for contact in contacts:
        name = contact.get("name") or {}
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{name.get('last_name', '')};{name.get('first_name', '')};;;"]
        lines.append(f"FN:{name.get('formatted_name', '')}")
        for phone in contact.get("phones") or []:
            owner = f";waid={phone['wa_id']}" if phone.get("wa_id") else ""
            lines.append(f"TEL;type={phone.get('type', 'CELL')}{owner}:{phone.get('phone', '')}")
        cards.append("\r\n".join([*lines, "END:VCARD", ""]))
    return media.keep(world, number.id, "text/vcard", "".join(cards).encode(), filename="contact.vcf", inbound=True)
