"""Uploads by their length and a handle (reference §5.3): for a profile's photo and a template's example.

`POST /{app}/uploads`, then the bytes to `/upload:…`. A session is its signed id: one that was cut begins again at 0,
which `GET /upload:…` says. The handle is ours; the provider gets the file when the handle is used.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.core import signing

from safarichat.gateway.answers import Answer, Failed, error, invalid, missing, not_there, problem_told, told
from safarichat.gateway.calls import Call
from safarichat.ground import ids
from safarichat.ground.spooling import NoRoom
from safarichat.ground.sql import JSON
from safarichat.ground.storing import StoreAway
from safarichat.ground.tenancy import acting_for
from safarichat.media import keeping, places, showing
from safarichat.media.kinds import LARGEST
from safarichat.providers.shapes import Refused

SESSION = "upload:"
SALT = "safarichat.gateway.uploads"
LIFE_S = 24 * 3600
HANDLE = "4::sc:"
LARGEST_USED = 16 << 20  # a photo or an example is read into memory to be handed on


def begin(call: Call) -> Answer:
    length = str(call.told.get("file_length", ""))
    if not length.isdigit() or not 0 < int(length[:18]) <= LARGEST:
        return invalid("file_length", "It is the file's size in bytes.")
    name = str(call.told.get("file_name", ""))[:200]
    return told({"id": SESSION + signing.dumps([call.key.account_id, int(length), name], salt=SALT)})


def look(call: Call) -> Answer:
    _opened(call)
    return told({"id": call.place.parts[0], "file_offset": 0})


def take(call: Call) -> Answer:
    length, name = _opened(call)
    if call.headers.get("file_offset", "0") != "0":
        return invalid("file_offset", "Begin again at 0: nothing is kept of an upload that was cut.")
    if call.spool is None or call.spool.size != length:
        return invalid("file_length", "The file is not as long as was told.")
    try:
        stored = keeping.store(call.key.account_id, call.spool, name)
    except (NoRoom, StoreAway):
        return error(131016, details="The place where files are kept can't take it now. Try again later.")
    if isinstance(stored, Refused):
        return problem_told(stored.problem)
    with acting_for(call.key.account_id):
        kept = keeping.keep(stored, uploaded_by=None, now=datetime.now(UTC))
    return told({"h": f"{HANDLE}{ids.number(kept.id)}"}, made=ids.number(kept.id))


def _opened(call: Call) -> tuple[int, str]:
    """Raises Failed for a session that is none, or another account's."""
    try:
        signed = call.place.parts[0].removeprefix(SESSION)
        account_id, length, name = signing.loads(signed, salt=SALT, max_age=LIFE_S)
    except (signing.BadSignature, ValueError):
        account_id = 0
    if account_id != call.key.account_id:
        raise Failed(not_there(call.place.parts[0], call.method))
    return length, name


# --- when a handle is used ---


def file_of(call: Call, handle: JSON) -> tuple[str, bytes]:
    """The type and the bytes of what a handle of ours stands for. Raises Failed."""
    row = ids.row_id(str(handle).removeprefix(HANDLE)) if str(handle).startswith(HANDLE) else None
    served = showing.for_account(call.key.account_id, row) if row is not None else None
    if served is None:
        raise Failed(missing("a handle of an upload that was made here"))
    if served.size > LARGEST_USED:
        raise Failed(invalid("handle", "The file is larger than 16 MB."))
    try:
        return served.mime_type, b"".join(places.store().chunks(served.key))
    except (StoreAway, FileNotFoundError):
        raise Failed(error(131016, details="The file can't be read now. Try again later.")) from None


def with_handles(given: JSON, exchanged: Callable[[str], str]) -> JSON:
    """The same parameters, each handle of ours exchanged for the provider's."""
    if isinstance(given, dict):
        return {name: with_handles(value, exchanged) for name, value in given.items()}
    if isinstance(given, list):
        return [with_handles(value, exchanged) for value in given]
    return exchanged(given) if isinstance(given, str) and given.startswith(HANDLE) else given
