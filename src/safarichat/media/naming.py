"""Files by the ids that programs know them by (`ground.ids`)."""

from collections.abc import Collection, Mapping

from safarichat.ground import ids
from safarichat.ground.sql import JSON, fetch
from safarichat.media.referring import files, with_files

FIRST = 100_000_000_000_001  # the first id of a file's row


def named_in(body: Mapping[str, JSON]) -> set[int]:
    """What may be files of ours: a provider's ids may look the same."""
    found = {ids.row_id(place.media_id) for place in files(body)}
    return {row for row in found if row is not None and row >= FIRST}


def given(row_ids: Collection[int]) -> set[int]:
    """Those of them that we have ever given to a file, whosever it is."""
    if not row_ids:
        return set()
    last = fetch("SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('files', 'id')), 0)")[0][0]
    return {row for row in row_ids if row <= last}


def with_rows(body: Mapping[str, JSON], ours: Collection[int]) -> Mapping[str, JSON]:
    """The message with these files named as their rows are."""
    named = {place.path: {"id": str(row)} for place in files(body) if (row := ids.row_id(place.media_id)) in ours}
    return with_files(body, named) if named else body
