"""Consent on a message's way: what a template is for, whether its recipient wants that, and what refusals tell."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from safarichat.contacts.consent import IS_WITHDRAWN, MARKETING, PURPOSES, withdrawn
from safarichat.ground.sql import columns, fetch
from safarichat.messaging.climbing import News, climb_all
from safarichat.messaging.conversing import lock_conversations
from safarichat.messaging.expiring import note_ours
from safarichat.messaging.failing import tell_failed
from safarichat.messaging.lanes import tell
from safarichat.providers.errors import N_
from safarichat.providers.shapes import Problem

OPTED_OUT = "opted_out"  # the key of every provider's code for it
WITHDRAWN = Problem(
    key=OPTED_OUT,
    code=131050,
    message=N_("This person does not want such messages from you."),
    cure=N_("Do not send it. Their conversation says who told so and when; they can come back by writing START."),
    fault="customer",
    scope="recipient",
    details="to",
)
# As a condition on the message `m`.
MESSAGE_IS_WITHDRAWN = "(m.purpose <> '' AND {})".format(
    IS_WITHDRAWN.format(
        contact="(SELECT c.contact_id FROM conversations c WHERE c.id = m.conversation_id)", purpose="m.purpose"
    )
)


def purpose_of(category: str) -> str:
    """Of a template. One whose category is not known counts as marketing: it reaches all but who wants none."""
    return category.lower() if category.lower() in PURPOSES else MARKETING


def without_consent(contacts: Mapping[int, int], purposes: Mapping[int, str]) -> dict[int, Problem]:
    """By place: `contacts` of those recipients that are known here, `purposes` of those messages that have one."""
    asked = {place: (contacts[place], purpose) for place, purpose in purposes.items() if place in contacts}
    refused = withdrawn(set(asked.values()))
    return {place: WITHDRAWN for place, pair in asked.items() if pair in refused}


def let_fail(message_ids: Sequence[int]) -> None:
    """Those of them that wait although their recipient has withdrawn meanwhile: they never leave."""
    with transaction.atomic():
        rows = fetch("SELECT DISTINCT conversation_id FROM messages WHERE id = ANY(%s::bigint[])", list(message_ids))
        lock_conversations([row[0] for row in rows])
        found = fetch(
            "SELECT m.id, m.account_id, clock_timestamp() FROM messages m"  # noqa: S608 - our own words
            f" WHERE m.id = ANY(%s::bigint[]) AND m.status = 'queued' AND {MESSAGE_IS_WITHDRAWN}"
            " ORDER BY m.id FOR NO KEY UPDATE OF m",
            list(message_ids),
        )
        news = [News(message_id=one, status="failed", at=at, problem=WITHDRAWN) for one, _, at in found]
        tell(climb_all(news))
        tell_failed(news)
        note_ours([(account_id, one, "failed", at) for one, account_id, at in found], WITHDRAWN)


def learn_from_refusals(news: Sequence[News]) -> None:
    """A provider that refuses a message since its recipient opted out there has told us of it: it was so when the
    message left, whenever and however often we hear it."""
    told = [one for one in news if one.status == "failed" and one.problem and one.problem.key == OPTED_OUT]
    if not told:
        return
    fetch(
        """
        INSERT INTO consent_events (account_id, contact_id, purpose, is_granted, source, detail, evidence, happened_at)
        SELECT m.account_id, c.contact_id, %s, false, 'refusal', n.code, 'message:' || m.id || ':' || a.number,
               a.started_at
        FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::text[]) n (id, code, attempt, theirs)
        JOIN messages m ON m.id = n.id JOIN conversations c ON c.id = m.conversation_id
        CROSS JOIN LATERAL (
          SELECT number, started_at FROM attempts WHERE message_id = m.id AND n.attempt IN (0, number)
          ORDER BY provider_message_id IS NOT DISTINCT FROM n.theirs DESC, number DESC LIMIT 1) a
        ON CONFLICT (account_id, purpose, source, evidence) DO NOTHING
        """,
        MARKETING,
        *columns([(one.message_id, _code(one.problem), one.attempt, one.provider_message_id) for one in told], 4),
    )


def _code(problem: Problem | None) -> str:
    return str(problem.code or "") if problem else ""
