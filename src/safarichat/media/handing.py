"""Handing our files over with a message that is about to leave: as the provider's own id, or as a link.

Works as the owner role, with no transaction open while the network is. Uploading is no sending: it may be repeated.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

from msgspec import Struct

from safarichat import providers
from safarichat.ground import outbound
from safarichat.ground.sql import JSON, fetch
from safarichat.ground.storing import StoreAway
from safarichat.ground.talks import Answer, Call
from safarichat.media import judging, links, places
from safarichat.media.fetching import STORE_AWAY
from safarichat.media.judging import UNKNOWN_FILE
from safarichat.media.models import File
from safarichat.media.referring import files, with_files
from safarichat.numbers import calls
from safarichat.providers.files import Uploaded
from safarichat.providers.shapes import FilePart, Later, Number, Platform, Refused

AWAY_S = 20.0
# One upload of a file at a time: of a thousand messages with one picture, the first uploads it. A number's messages
# leave from one process only.
_turns = tuple(Lock() for _ in range(64))


class _Stored(Struct, frozen=True):
    """A kept file in the hand of the driver, read as it goes out."""

    key: str
    size: int

    def write(self, chunk: bytes) -> None:
        raise TypeError("a kept file is never written again")

    def chunks(self) -> Iterator[bytes]:
        return places.store().chunks(self.key)


def takes_file(body: Mapping[str, JSON]) -> bool:
    """Whether there is something to be done for its files before it leaves."""
    return any(place.link or place.own_id is not None for place in files(body))


def handed_over(
    account_id: int, body: Mapping[str, JSON], provider: str, number: Number, platform: Platform
) -> Mapping[str, JSON] | Refused | Later:
    """The message with its files as this provider takes them."""
    abilities, places = providers.get(provider).abilities, files(body)
    ours = judging.among(account_id, {place.own_id for place in places if place.own_id is not None})
    named: dict[tuple[str | int, ...], Mapping[str, str]] = {}
    for place in places:
        if problem := ours.problem(place, abilities, resolving=True):
            return Refused(problem)
        if place.own_id is not None and place.own_id in ours.stored:
            source = _handed(account_id, place.own_id, provider, number, platform)
            if isinstance(source, Refused | Later):
                return source
            named[place.path] = source
    return with_files(body, named)


def _handed(
    account_id: int, file_id: int, provider: str, number: Number, platform: Platform
) -> Mapping[str, str] | Refused | Later:
    file = File.objects.filter(account_id=account_id, pk=file_id, state=File.State.STORED).first()
    if file is None:
        return Refused(UNKNOWN_FILE)
    if providers.get(provider).abilities.takes_links_only:
        return {"link": links.link_to(file)}
    media_id = _known(number, file)
    if media_id is None:
        with _turns[hash((number.credential_id, file.sha256)) % len(_turns)]:
            found = _known(number, file) or _upload(file, provider, number, platform)
        if not isinstance(found, str):
            return found
        media_id = found
    return {"id": media_id}


def _known(number: Number, file: File) -> str | None:
    rows = fetch(
        "SELECT provider_media_id FROM uploads WHERE credential_id = %s AND sha256 = %s AND mime_type = %s"
        " AND expires_at > clock_timestamp()",
        number.credential_id,
        file.sha256,
        file.mime_type,
    )
    return str(rows[0][0]) if rows else None


def _upload(file: File, provider: str, number: Number, platform: Platform) -> str | Refused | Later:
    hand = _Stored(file.key, file.size)

    def ask(call: Call) -> Answer:
        return outbound.ask(call, hand=hand)

    try:
        if not places.store().has(file.key):
            return Refused(UNKNOWN_FILE)
    except StoreAway:
        return Later(STORE_AWAY, "transient", AWAY_S)
    part = FilePart(file.name or "file", file.mime_type)
    noted = calls.noted(ask, calls.noting(file.account_id, number.credential_id, "upload"))
    came = outbound.run_talk(providers.get(provider).upload_media(number, part, platform), noted)
    if isinstance(came, Uploaded):
        _remember(file, number, came)
        return came.media_id
    return came


def _remember(file: File, number: Number, came: Uploaded) -> None:
    fetch(
        """
        INSERT INTO uploads (account_id, credential_id, sha256, mime_type, provider_media_id, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (credential_id, sha256, mime_type) DO UPDATE
        SET provider_media_id = excluded.provider_media_id, expires_at = excluded.expires_at
        """,
        file.account_id,
        number.credential_id,
        file.sha256,
        file.mime_type,
        came.media_id,
        datetime.now(UTC) + timedelta(seconds=came.lives_s),
    )


def forget_expired() -> None:
    fetch("DELETE FROM uploads WHERE expires_at < clock_timestamp()")
