"""An upload that can be resumed; what it gives is a handle, for a profile's photo or a template's example (reference
§5.3)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import text, whole
from safarichat.providers.meta import problems
from safarichat.providers.meta.graph import app_of, ask, graph, node, token_of
from safarichat.providers.meta.verifying import not_done
from safarichat.providers.shapes import JSON, Answer, Call, Deed, Done, Lost, Number, Platform, Refused, Talk

TYPES = {"image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "application/pdf": "pdf"}
LARGEST = 16 * 1024 * 1024
UPLOAD_S = 20.0


def hand_sample(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """A file for a template's example; its handle is among the facts."""
    mime_type, data = text(given, "mime_type"), given.get("data")
    if mime_type not in TYPES or not isinstance(data, bytes) or not 0 < len(data) <= LARGEST:
        return Refused(problems.SAMPLE_REFUSED)
    handle = yield from handle_of(number, platform, mime_type, data)
    return Done(facts={"handle": handle}) if isinstance(handle, str) else not_done(handle)


def handle_of(
    number: Number, platform: Platform, mime_type: str, data: bytes, *, name: str = "sample"
) -> Talk[str | Answer]:
    """The handle, or the answer that has none."""
    answer = yield from ask(_begin_call(number, platform, f"{name}.{TYPES[mime_type]}", mime_type, len(data)))
    if upload := text(node(answer), "id"):
        answer = yield from _send(number, platform, upload, data)
    return text(node(answer), "h") or answer


def _begin_call(number: Number, platform: Platform, name: str, mime_type: str, length: int) -> Call:
    query = {"file_name": name, "file_length": str(length), "file_type": mime_type}
    app_id = app_of(number) or platform["META_APP_ID"]
    return graph(platform, "begin upload", "POST", f"{app_id}/uploads", token_of(number), query=query, app_id=app_id)


def _send(number: Number, platform: Platform, upload: str, data: bytes) -> Talk[Answer]:
    """Cut off, it goes on once from where Meta says that it stopped."""
    answer = yield from ask(_upload_call(number, platform, upload, "POST", data, 0))
    if isinstance(answer, Lost):
        told = yield from ask(_upload_call(number, platform, upload, "GET"))
        offset = whole(node(told), "file_offset")
        if offset is not None and 0 <= offset <= len(data):
            answer = yield from ask(_upload_call(number, platform, upload, "POST", data[offset:], offset))
    return answer


def _upload_call(
    number: Number, platform: Platform, upload: str, method: str, data: bytes | None = None, offset: int = 0
) -> Call:
    """(!) The id has a query of its own in it, and the header says OAuth where all others say Bearer."""
    path, _, query = upload.partition("?")
    token = token_of(number)
    call = graph(platform, "upload", method, path, token, query=dict(parse_qsl(query)), app_id=app_of(number))
    headers = {"authorization": f"OAuth {token}"}
    if data is None:
        return replace(call, headers=headers)
    headers |= {"file_offset": str(offset), "content-type": "application/octet-stream"}
    return replace(call, headers=headers, data=data, timeout_s=UPLOAD_S)
