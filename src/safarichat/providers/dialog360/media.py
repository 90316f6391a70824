"""Customers' files from 360dialog, and ours to it: Meta's way, all of it on the number's own host (reference §9)."""

from urllib.parse import quote

from msgspec.structs import replace

from safarichat.providers.cloud_api.media import described, is_missing, uploaded
from safarichat.providers.dialog360.asking import ask, is_ok
from safarichat.providers.dialog360.errors import classify
from safarichat.providers.dialog360.use import call, media_url
from safarichat.providers.files import (
    GONE,
    LARGEST,
    PATIENCE_S,
    STRANGE_ADDRESS,
    Fetched,
    Ref,
    Uploaded,
    not_fetched,
    not_uploaded,
)
from safarichat.providers.shapes import FilePart, Later, Number, Platform, Refused, Talk


def fetch_media(number: Number, ref: Ref, platform: Platform) -> Talk[Fetched | Refused | Later]:
    described_by = call(number, platform, "describe media", "GET", quote(ref.id, safe=""), is_routine=True)
    answer = yield from ask(described_by)
    if not is_ok(answer):
        return Refused(GONE) if is_missing(answer) else not_fetched(answer, classify(answer))
    found = described(answer)
    base = described_by.url.rpartition("/")[0]
    url = media_url(found.url, base) if found else ""
    if not found or not url:
        return Refused(STRANGE_ADDRESS)
    download = call(number, platform, "download media", "GET", "", is_routine=True)
    answer = yield from ask(replace(download, url=url, is_download=True, timeout_s=PATIENCE_S, max_bytes=LARGEST))
    if not is_ok(answer):
        return not_fetched(answer, classify(answer))
    return Fetched(mime_type=found.mime_type, sha256=found.sha256)


def upload_media(number: Number, file: FilePart, platform: Platform) -> Talk[Uploaded | Refused | Later]:
    upload = call(number, platform, "upload media", "POST", "media", is_routine=True)
    form = {"messaging_product": "whatsapp", "type": file.mime_type}
    answer = yield from ask(replace(upload, form=form, file=file, timeout_s=PATIENCE_S))
    return (is_ok(answer) and uploaded(answer)) or not_uploaded(classify(answer))
