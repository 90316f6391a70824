"""Messages by the ids that programs know them by (`ground.ids`), and what the provider calls them."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from safarichat.ground import ids
from safarichat.ground.sql import JSON, columns, fetch
from safarichat.messaging.checking import refers_to

Asked = tuple[int, int]  # account, message


class Named(Struct, frozen=True):
    credential_id: int
    conversation_id: int
    direction: str
    provider_message_id: str  # empty as long as it is not known


def named(asked: Collection[Asked]) -> dict[Asked, Named]:
    """Another account's is not found. As the owner role."""
    if not asked:
        return {}
    rows = fetch(
        "SELECT m.account_id, m.id, m.credential_id, m.conversation_id, m.direction,"
        " coalesce(m.provider_message_id, '')"
        " FROM unnest(%s::bigint[], %s::bigint[]) n (account_id, id)"
        " JOIN messages m ON m.account_id = n.account_id AND m.id = n.id",
        *columns(sorted(set(asked)), 2),
    )
    return {(row[0], row[1]): Named(*row[2:]) for row in rows}


def own_reference(body: Mapping[str, JSON]) -> int | None:
    """The message of ours that this one answers or reacts to, as long as it is named by our id."""
    return ids.message_id(refers_to(body))


def referring_to(body: Mapping[str, JSON], provider_message_id: str) -> Mapping[str, JSON]:
    """The same message, naming the other as its provider does; without the quote when it has no name there."""
    field = "reaction" if body.get("type") == "reaction" else "context"
    if provider_message_id:
        return {**body, field: {**body[field], "message_id": provider_message_id}}
    return body if field == "reaction" else {name: value for name, value in body.items() if name != field}


def with_references(due: Sequence[tuple[int, int, Mapping[str, JSON]]]) -> dict[int, Mapping[str, JSON]]:
    """Before departure: (account, message, body) of those that still name another by our id, and their bodies as the
    provider reads them. What they refer to is kept with them: it decides what their reaction changes."""
    wanted = {message: (account, other) for account, message, body in due if (other := own_reference(body))}
    if not wanted:
        return {}
    known = named(wanted.values())
    theirs = {message: known[asked].provider_message_id for message, asked in wanted.items() if asked in known}
    fetch(
        "UPDATE messages m SET context_id = n.theirs FROM unnest(%s::bigint[], %s::text[]) n (id, theirs)"
        " WHERE m.id = n.id",
        *columns([(message, name) for message, name in sorted(theirs.items()) if name], 2),
    )
    return {message: referring_to(body, theirs.get(message, "")) for _, message, body in due if message in wanted}
