"""Messages that failed here, so that no webhook of the provider will tell of it: programs are told all the same."""

from collections.abc import Sequence

from safarichat.endpoints.telling import News, listening, tell
from safarichat.ground import ids
from safarichat.ground.sql import fetch
from safarichat.messaging.climbing import News as Climb
from safarichat.messaging.knowing import known_by_id
from safarichat.providers.changes import MESSAGES, STATUSES
from safarichat.providers.cloud_api.retold import status, value_of


def tell_failed(news: Sequence[Climb]) -> None:
    """In the transaction in which they have just climbed. One that did not fail after all is not told."""
    failed = {one.message_id: one for one in news if one.status == "failed"}
    if not failed:
        return
    rows = fetch(
        "SELECT m.id, m.account_id, m.attempt_count, n.id, n.phone_number, n.phone_number_id, n.waba_id"
        " FROM messages m JOIN official_whatsapp_credentials n ON n.id = m.credential_id"
        " WHERE m.id = ANY(%s::bigint[]) AND m.status = 'failed' ORDER BY m.id",
        list(failed),
    )
    heard = listening({row[1] for row in rows})
    rows = [row for row in rows if row[1] in heard]
    known = known_by_id([row[0] for row in rows]) if rows else {}
    told = []
    for message_id, account_id, attempt, credential_id, phone_number, phone_number_id, waba_id in rows:
        _, message = known[message_id]
        one = failed[message_id]
        at = int(one.at.timestamp())
        what = status(ids.wamid(message_id), "failed", at, message.person, one.problem)
        if message.callback_data:
            what["biz_opaque_callback_data"] = message.callback_data
        value = value_of(phone_number_id or "", message.person, phone_number or "")
        told.append(
            News(
                account_id=account_id,
                credential_ids=(credential_id,),
                field=MESSAGES,
                kind=STATUSES,
                value={**value, STATUSES: [what]},
                key=f"failed:{message_id}:{attempt}",
                waba_id=waba_id or phone_number_id or "",
                conversation=message.conversation_id,
            )
        )
    tell(told)
