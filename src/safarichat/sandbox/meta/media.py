"""Files: uploaded by businesses, sent by customers, fetched with a token within five minutes (reference §5)."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs

from safarichat.sandbox import ids
from safarichat.sandbox.meta.errors import GraphError, in_status, no_such_object
from safarichat.sandbox.meta.samples import SAMPLES
from safarichat.sandbox.meta.tokens import MESSAGING, Caller
from safarichat.sandbox.things import JSON, Media, PhoneNumber
from safarichat.sandbox.wire import Answer, Asked, Upload, as_json
from safarichat.sandbox.world import World

MB = 1024 * 1024
# Types that are taken; beside these any application/*, of which only some are documented.
TYPES = {
    *("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    *("image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gp", "video/3gpp", "text/plain"),
}
LARGEST = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "sticker": 500 * 1024, "document": 100 * MB}
URL_LIFETIME_S = 300
KEPT_S = {True: 7 * 24 * 3600, False: 30 * 24 * 3600}


def upload(world: World, number: PhoneNumber, parameters: dict[str, JSON]) -> dict[str, JSON]:
    if parameters.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    file = parameters.get("file")
    if not isinstance(file, Upload):
        raise GraphError(100, "The parameter file is required.")
    mime = str(parameters.get("type") or file.mime_type)
    kind = mime.split("/")[0]
    if not file.data:
        raise GraphError(131053, details="The file is empty.")
    if mime.partition(";")[0].strip() not in TYPES and kind != "application":
        raise GraphError(100, f"Param file must be a file with one of the following types: {', '.join(sorted(TYPES))}.")
    if len(file.data) > LARGEST.get(kind, LARGEST["document"]):
        raise GraphError(100, f"File too large for {mime}.")
    return {"id": keep(world, number.id, mime, file.data, filename=file.filename).id}


def keep(
    world: World, phone_number_id: str, mime_type: str, data: bytes, *, filename: str = "", inbound: bool = False
) -> Media:
    media = Media(
        id=ids.object_id(),
        phone_number_id=phone_number_id,
        mime_type=mime_type,
        data=data,
        sha256=base64.b64encode(hashlib.sha256(data).digest()).decode(),
        filename=filename,
        made_at=int(world.now()),
        inbound=inbound,
    )
    return world.media.put(media)


def find(world: World, caller: Caller, media_id: str, parameters: dict[str, JSON], method: str) -> Media:
    media = world.media.get(media_id)
    number = world.numbers.get(media.phone_number_id) if media else None
    asked_number = parameters.get("phone_number_id")
    if media is None or number is None or (asked_number and str(asked_number) != number.id):
        raise no_such_object(media_id, method)
    if world.now() - media.made_at > KEPT_S[media.inbound]:
        raise no_such_object(media_id, method)
    caller.number(number, MESSAGING, method)
    return media


def node(world: World, media: Media, base_url: str) -> dict[str, JSON]:
    return {
        "messaging_product": "whatsapp",
        "url": signed_url(world, media, base_url),
        "mime_type": media.mime_type,
        "sha256": base64.b64decode(media.sha256).hex(),
        "file_size": len(media.data),
        "id": media.id,
    }


def signed_url(world: World, media: Media, base_url: str) -> str:
    until = int(world.now()) + URL_LIFETIME_S
    return f"{base_url}/whatsapp_business/attachments/?mid={media.id}&ext={until}&hash={_hash(world, media.id, until)}"


def download(world: World, asked: Asked, known_token: bool) -> Answer:
    """404 without a token or after five minutes, as the real host does."""
    query = {key: values[0] for key, values in parse_qs(asked.query).items()}
    media = world.media.get(query.get("mid", ""))
    until = int(query["ext"]) if query.get("ext", "").isdigit() else 0
    right = media is not None and hmac.compare_digest(query.get("hash", ""), _hash(world, media.id, until))
    if media is None or not right or not known_token or until < world.now():
        return as_json({"error": {"message": "Not found", "code": 404}}, 404)
    return Answer(200, media.data, {}, media.mime_type)


def _told_size(given: dict[str, JSON]) -> int:
    told = given.get("file_size")
    return told if isinstance(told, int) else 0


def fill_in(world: World, number: PhoneNumber, content: dict[str, JSON], base_url: str) -> dict[str, JSON]:
    """Completes a customer's media object: an id, hash and url, and a sample file when none was uploaded."""
    kind = str(content.get("type", ""))
    if kind not in SAMPLES:
        return content
    payload = content.get(kind)
    given: dict[str, JSON] = payload if isinstance(payload, dict) else {}
    if _told_size(given) > LARGEST["document"]:  # a customer's file can be larger than WhatsApp hands on
        return {"type": "unsupported", "unsupported": {"type": kind}, "errors": [in_status(131052)]}
    media = world.media.get(str(given.get("id", "")))
    if media is None:
        mime, data = SAMPLES[kind]
        mime = str(given.get("mime_type") or mime)
        media = keep(world, number.id, mime, data, filename=str(given.get("filename", "")), inbound=True)
    full: dict[str, JSON] = {"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256}
    full["url"] = signed_url(world, media, base_url)
    full |= {key: given[key] for key in ("caption", "filename") if given.get(key)}
    if kind == "audio":
        full["voice"] = bool(given.get("voice", True))
    if kind == "document":
        full.setdefault("filename", media.filename or "document.pdf")
    if kind == "sticker":
        full["animated"] = bool(given.get("animated", False))
    return content | {kind: full}


def _hash(world: World, media_id: str, until: int) -> str:
    return hmac.new(world.app.secret.encode(), f"{media_id}:{until}".encode(), hashlib.sha256).hexdigest()[:40]
