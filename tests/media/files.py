"""Small files that are what they say, and customers who send them."""

from datetime import UTC, datetime
from typing import Any

from safarichat.ground.tenancy import acting_for
from safarichat.inbox.keeping import Kept, keep
from safarichat.inbox.understanding import understand
from safarichat.media import keeping, places
from safarichat.media.models import File
from safarichat.numbers.models import OfficialWhatsappCredential
from safarichat.numbers.use import opened_number
from tests.inbox.payloads import inbound
from tests.sandbox.outside import Meta

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 40
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 40
OGG = b"OggS\x00\x02" + b"\x00" * 20 + b"\x01\x13OpusHead\x01\x01" + b"\x00" * 20
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\x00" * 24
PDF = b"%PDF-1.4\n%%EOF\n"
PAGE = b"<!doctype html><html><script>alert(1)</script></html>"


def kept(account_id: int, data: bytes = PNG, name: str = "photo.png") -> File:
    """Uploaded here, to be sent."""
    with places.spool() as spool:
        spool.write(data)
        file = keeping.store(account_id, spool, name)
    assert isinstance(file, File)
    with acting_for(account_id):
        keeping.keep(file, uploaded_by=None, now=datetime.now(UTC))
    return file


def uploaded(provider: Meta, number: OfficialWhatsappCredential, data: bytes, mime_type: str = "image/png") -> str:
    """On the provider's shelf; its id there."""
    token = opened_number(number).secrets["access_token"]
    form = {"messaging_product": "whatsapp", "type": mime_type}
    file = {"file": ("file", data, mime_type)}
    answer = provider.call("POST", f"{number.phone_number_id}/media", token, data=form, files=file)
    return str(answer.json()["id"])


def bring(number: OfficialWhatsappCredential, media_id: str, kind: str = "image", **more: Any) -> File:
    """A customer's message with this file is told and understood; the file as it is expected."""
    message_id = f"wamid.{media_id[-60:]}{more.pop('mark', '')}"
    message: dict[str, Any] = {"type": kind, kind: {"id": media_id, "mime_type": "image/png", **more}}
    now = int(datetime.now(UTC).timestamp())
    body = inbound(message_id, "", at=now, number=number.phone_number_id or "", **message)
    keep([Kept(number.api_provider, "", body)])
    understand(10)
    return File.objects.get(provider_message_id=message_id)
