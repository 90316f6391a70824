"""Tables as full as after a year: `--rows N` messages of the past before a benchmark begins, made by the database.

Half of them came in, half went out with their attempt and three statuses; 200 to a conversation, the numbers of the
benchmark evenly used, everything older than what the benchmark does.
"""

import time
from collections.abc import Sequence

from safarichat.bench.ground import say
from safarichat.ground.sql import fetch
from safarichat.numbers.models import OfficialWhatsappCredential

EACH = 200
CHUNK = 500_000

PEOPLE = """
WITH made AS (
  INSERT INTO contacts (account_id, profile_name, phone)
  SELECT n.account_id, 'Customer ' || p, '2559' || lpad(p::text, 9, '0')
  FROM generate_series(%s::bigint, %s::bigint) p
  JOIN unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY n (credential_id, account_id, place)
    ON n.place = p %% %s + 1
  RETURNING id, account_id, phone)
INSERT INTO conversations (account_id, credential_id, contact_id, last_message_at, last_text, last_direction)
SELECT m.account_id, n.credential_id, m.id, now() - interval '1 day', 'Hello', 'in' FROM made m
JOIN unnest(%s::bigint[], %s::bigint[]) n (credential_id, account_id) ON n.account_id = m.account_id
"""
MESSAGES = """
WITH told AS (
  SELECT c.id AS conversation_id, c.account_id, c.credential_id, s, c.id::bigint * 1000 + s AS name
  FROM conversations c CROSS JOIN generate_series(1, %s::int) s WHERE c.id BETWEEN %s AND %s),
made AS (
  INSERT INTO messages (account_id, credential_id, conversation_id, direction, kind, body, text, status,
                        provider_message_id, at, created_at, status_at, attempt_count)
  SELECT account_id, credential_id, conversation_id, CASE s %% 2 WHEN 0 THEN 'in' ELSE 'out' END, 'text',
         jsonb_build_object('type', 'text', 'text',
                            jsonb_build_object('body', 'Hello, is my order ' || name || ' on its way?')),
         'Hello, is my order ' || name || ' on its way?', CASE s %% 2 WHEN 0 THEN 'received' ELSE 'read' END,
         'wamid.' || md5(name::text), now() - interval '400 days' + s * interval '1 day', now(), now(), s %% 2
  FROM told RETURNING id, account_id, direction, at),
tried AS (
  INSERT INTO attempts (account_id, message_id, number, lease, started_at, ended_at, outcome)
  SELECT account_id, id, 1, '00000000-0000-4000-8000-000000000001', at, at, 'accepted' FROM made
  WHERE direction = 'out')
INSERT INTO message_events (account_id, message_id, status, at, source)
SELECT account_id, id, status, at, 'provider' FROM made, unnest(ARRAY['sent', 'delivered', 'read']) status
WHERE direction = 'out'
"""


def fill(numbers: Sequence[OfficialWhatsappCredential], rows: int) -> None:
    """So many messages, in the past of these numbers."""
    if not rows:
        return
    started = time.monotonic()
    people = max(1, rows // EACH)
    of_accounts = list({number.account_id: number for number in numbers}.values())  # one number each
    ids = [number.pk for number in of_accounts], [number.account_id for number in of_accounts]
    before = fetch("SELECT coalesce(max(id), 0) FROM conversations")[0][0]
    fetch(PEOPLE, 1, people, *ids, len(of_accounts), *ids)
    last = fetch("SELECT max(id) FROM conversations")[0][0]
    step = max(1, CHUNK // EACH)
    for first in range(before + 1, last + 1, step):
        fetch(MESSAGES, EACH, first, min(first + step - 1, last))
    fetch("VACUUM (ANALYZE) messages, attempts, message_events, conversations, contacts")
    size = fetch("SELECT pg_size_pretty(pg_database_size(current_database()))")[0][0]
    total = fetch("SELECT count(*) FROM messages")[0][0]
    say(bench="fill", messages=total, seconds=round(time.monotonic() - started, 1), size=size)
