"""Taking a webhook apart: a batch may carry the news of several numbers, and of several business accounts."""

from collections.abc import Iterator

import msgspec

from safarichat.providers.cloud_api.loose import decode
from safarichat.providers.shapes import JSON


def parts(body: bytes) -> list[bytes]:
    """One envelope for each change."""
    try:
        payload = decode(body)
    except ValueError:
        return [body]
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(entries, list):
        return [body]
    single = [each for entry in entries for each in _singles(entry)]
    if len(single) < 2:
        return [body]
    return [msgspec.json.encode({**payload, "entry": [each]}) for each in single]


def _singles(entry: JSON) -> Iterator[JSON]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list) or len(changes) < 2:
        yield entry
        return
    for change in changes:
        yield {**entry, "changes": [change]}
