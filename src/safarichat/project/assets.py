"""Static files by addresses that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStorage(StaticFilesStorage):
    """Appends `?v=…`: no collecting step, and nothing to forget after an update."""

    def url(self, name: str | None) -> str:
        address: str = super().url(name)
        version = _version(name) if name else ""
        return f"{address}?v={version}" if version else address


@cache
def _version(name: str) -> str:
    path = finders.find(name)
    if not isinstance(path, str):
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:10]
