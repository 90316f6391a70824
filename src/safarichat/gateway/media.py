"""Files: uploaded once and named by an id of ours, whoever carries the number; customers' files by theirs."""

from datetime import UTC, datetime

from django.http.multipartparser import MultiPartParser, MultiPartParserError

from safarichat.gateway.answers import SUCCESS, Answer, Failed, error, missing, not_there, problem_told, told
from safarichat.gateway.calls import Call
from safarichat.gateway.objects import number_of
from safarichat.ground import ids
from safarichat.ground.spooling import NoRoom, TooLarge
from safarichat.ground.storing import StoreAway
from safarichat.ground.tenancy import acting_for
from safarichat.media import keeping, showing
from safarichat.media.models import File
from safarichat.media.receiving import SpooledUpload, Spooling
from safarichat.media.showing import Served
from safarichat.numbers.platform import address
from safarichat.providers.shapes import Refused

CONTENT = "content"
STILL_FETCHED = error(
    131016, details="The file is still being fetched from the provider. Ask again in a few seconds.", status=503
)


def upload(call: Call) -> Answer:
    """`POST /{number}/media`, a multipart form that lies on disk."""
    number = number_of(call)
    fields, file = _read(call)
    with file:
        if fields.get("messaging_product", call.told.get("messaging_product")) != "whatsapp":
            return missing("messaging_product")
        if isinstance(file.problem, TooLarge):
            return error(100, details="file: It is larger than 100 MB.")
        if file.problem or file.spool is None:
            return error(131016, details="file: There is no room left for files here.")
        try:
            stored = keeping.store(number.account_id, file.spool, file.name or "")
        except (NoRoom, StoreAway):
            return error(131016, details="file: The place where files are kept can't take it now. Try again later.")
    if isinstance(stored, Refused):
        return problem_told(stored.problem)
    with acting_for(number.account_id):
        kept = keeping.keep(stored, uploaded_by=None, now=datetime.now(UTC))
    return told({"id": ids.number(kept.id)}, made=ids.number(kept.id))


def _read(call: Call) -> tuple[dict[str, str], SpooledUpload]:
    if call.spool is None:
        raise Failed(error(100, "(#100) A file is uploaded as a multipart form with a field “file”."))
    call.spool.file.seek(0)
    meta = {"CONTENT_TYPE": call.content_type, "CONTENT_LENGTH": call.spool.size}
    try:
        parsed, files = MultiPartParser(meta, call.spool.file, [Spooling()], "utf-8").parse()
    except (MultiPartParserError, ValueError):
        raise Failed(error(100, "(#100) The form could not be understood.")) from None
    given = files.getlist("file")
    for other in [each for name in files for each in files.getlist(name)]:
        if other is not (given[0] if given else None):
            other.close()
    if not given:
        raise Failed(missing("file"))
    return {name: str(value) for name, value in parsed.items()}, given[0]


def look(call: Call) -> Answer:
    """`GET /{media}`: where it can be fetched, with the same key, and what it is."""
    file = _file(call)
    if file.state == File.State.PENDING:
        return STILL_FETCHED
    if file.state != File.State.STORED:
        return error(131052, details="The provider does not have this file any more.")
    media_id = ids.number(file.pk)
    return told(
        {
            "messaging_product": "whatsapp",
            "url": f"{address()}/{media_id}/{CONTENT}",
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": file.size,
            "id": media_id,
        }
    )


def served(call: Call) -> Served | None:
    """What is to be streamed to whom `look` told the address."""
    return showing.for_account(call.key.account_id, _file(call).pk)


def delete(call: Call) -> Answer:
    """One that a message has taken along is kept as long as the message is."""
    file = _file(call)
    if file.origin == File.Origin.OUTBOUND and file.used_at is None:
        with acting_for(file.account_id):
            keeping.drop(file)
    return SUCCESS


def is_ours(object_id: str) -> bool:
    """As the id of a file of ours would look."""
    return ids.row_id(object_id) is not None


def _file(call: Call) -> File:
    """Raises Failed: another account's, or another number's than the key may use, does not exist."""
    object_id = call.place.parts[0]
    row = ids.row_id(object_id)
    with acting_for(call.key.account_id):
        file = showing.by_id(call.key.account_id, [row]).get(row) if row is not None else None
    if file is None or (file.credential_id is not None and not call.key.may_use(file.credential_id)):
        raise Failed(not_there(object_id, call.method))
    return file
