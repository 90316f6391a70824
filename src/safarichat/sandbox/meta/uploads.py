"""Files that come up in pieces: begun at the app, sent to the session, used by their handle (reference §5.3)."""

import base64

from safarichat.sandbox import ids
from safarichat.sandbox.meta.errors import GraphError, no_such_object
from safarichat.sandbox.meta.tokens import Caller
from safarichat.sandbox.things import JSON, Upload
from safarichat.sandbox.wire import Asked
from safarichat.sandbox.world import World

TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
PREFIX = "upload:"


def begin(world: World, app_id: str, parameters: dict[str, JSON]) -> dict[str, JSON]:
    length, kind = str(parameters.get("file_length") or ""), str(parameters.get("file_type") or "")
    if not length.isdigit() or int(length) == 0:
        raise GraphError(100, "The parameter file_length is required.")
    if kind not in TYPES:
        raise GraphError(100, f"Param file_type must be one of {{{', '.join(TYPES)}}}.")
    session = f"{PREFIX}{ids.access_token()[4:40]}"
    world.uploads.put(Upload(id=session, app_id=app_id, mime_type=kind, length=int(length)))
    return {"id": f"{session}?sig={ids.access_token()[4:20]}"}


def go_on(world: World, caller: Caller, session: str, asked: Asked) -> dict[str, JSON]:
    """GET tells how far it came, POST brings the rest."""
    upload = world.uploads.get(session)
    if upload is None or upload.app_id != caller.app_id:
        raise no_such_object(session, asked.method)
    if asked.method == "GET":
        return {"id": session, "file_offset": len(upload.data)}
    offset = asked.header("file_offset")
    if not offset.isdigit() or int(offset) != len(upload.data):
        raise GraphError(100, "The header file_offset must be where the upload stopped.")
    upload.data += asked.body
    if len(upload.data) != upload.length:
        world.uploads.put(upload)
        raise GraphError(100, "The file is not as long as file_length told.")
    head = base64.b64encode(upload.mime_type.encode()).decode()
    upload.handle = f"4::{head}:{ids.access_token()[4:60]}"
    world.uploads.put(upload)
    return {"h": upload.handle}


def picture_url(world: World, handle: str) -> str:
    upload = next((each for each in world.uploads if each.handle == handle), None)
    if upload is None or not upload.mime_type.startswith("image/"):
        raise GraphError(100, "Param profile_picture_handle must be the handle of an uploaded picture.")
    return f"https://pps.whatsapp.net/v/{upload.id.removeprefix(PREFIX)}"
