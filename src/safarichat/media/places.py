"""The store and the folder for what is on its way, as the settings say."""

from functools import cache
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from safarichat.ground.spooling import Spool
from safarichat.ground.storing import Store
from safarichat.media.kinds import LARGEST


def store() -> Store:
    return _store(settings.SAFARICHAT_MEDIA_URL, settings.MEDIA_ROOT)


def spool(most: int = LARGEST) -> Spool:
    return Spool(settings.SAFARICHAT_DATA / "spool", most)


def new_key(account_id: int) -> str:
    """Says whose it is, and can't be guessed."""
    return f"{account_id}/{uuid4().hex}"


@cache
def _store(setting: str, folder: Path) -> Store:
    return Store.of(setting, folder)
