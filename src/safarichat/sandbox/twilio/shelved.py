"""Files of messages: their SIDs, and the address at which their bytes are (reference §9)."""

import hashlib
import hmac

from safarichat.sandbox.things import Media
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

CDN = "/twilio/cdn"
LIFETIME_S = 300


def media_sid(media: Media) -> str:
    return f"ME{media.id:0>32}"


def read_media_sid(sid: str) -> str:
    return sid.removeprefix("ME").lstrip("0")


def ticket(world: World, media: Media) -> str:
    until = int(world.now()) + LIFETIME_S
    return f"{media.id}-{until}-{_proof(world, media.id, until)}"


def give_out(world: World, given: str) -> Answer:
    id, until, proof = [*given.split("-"), "", ""][:3]
    media = world.media.get(id)
    is_good = until.isdigit() and int(until) >= world.now()
    if media is None or not is_good or not hmac.compare_digest(proof, _proof(world, id, int(until))):
        return as_json({"message": "Forbidden"}, 403)
    headers = {"content-disposition": f'inline; filename="{_plain(media.filename)}"'} if media.filename else {}
    return Answer(200, media.data, headers, media.mime_type)


def _proof(world: World, id: str, until: int) -> str:
    return hmac.new(world.app.secret.encode(), f"twilio:{id}:{until}".encode(), hashlib.sha256).hexdigest()[:40]


def _plain(filename: str) -> str:
    return filename.encode("latin-1", "replace").decode("latin-1").replace('"', "'")
