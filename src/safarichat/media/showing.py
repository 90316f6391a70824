"""Reading files: what a thread shows of them, and what is served of one."""

from collections.abc import Collection

from msgspec import Struct

from safarichat.ground.tenancy import acting_for
from safarichat.media.kinds import SHOWN
from safarichat.media.links import file_id_of
from safarichat.media.models import File
from safarichat.media.sniffing import UNKNOWN


class Served(Struct, frozen=True):
    """`is_shown`: a browser may show it in a page; else it only saves it."""

    key: str
    size: int
    mime_type: str
    name: str
    sha256: str
    is_shown: bool


def of_messages(account_id: int, credential_id: int, message_ids: Collection[str]) -> dict[str, File]:
    """The files that customers sent, by the provider's ids of their messages. Inside `acting_for`."""
    rows = File.objects.filter(
        account_id=account_id, credential_id=credential_id, provider_message_id__in=set(message_ids)
    )
    return {str(file.provider_message_id): file for file in rows} if message_ids else {}


def by_id(account_id: int, file_ids: Collection[int]) -> dict[int, File]:
    """Files of ours. Inside `acting_for`."""
    return File.objects.filter(account_id=account_id).in_bulk(list(file_ids)) if file_ids else {}


def for_account(account_id: int, file_id: int) -> Served | None:
    """A stranger's file is not found."""
    with acting_for(account_id):
        return _served(File.objects.filter(account_id=account_id, pk=file_id, state=File.State.STORED).first())


def for_link(token: str) -> Served | None:
    """For whoever brings a link of ours while its time lasts."""
    file_id = file_id_of(token)
    return _served(File.objects.filter(pk=file_id, state=File.State.STORED).first()) if file_id else None


def _served(file: File | None) -> Served | None:
    if file is None:
        return None
    return Served(
        key=file.key,
        size=file.size,
        mime_type=file.mime_type or UNKNOWN,
        name=file.name,
        sha256=file.sha256,
        is_shown=file.mime_type in SHOWN,
    )
