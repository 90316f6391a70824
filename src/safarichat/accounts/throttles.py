"""How often something may be done, counted in PostgreSQL: the limit holds across processes and machines."""

import math
from hashlib import sha256

from django.db import connection
from msgspec import Struct

# One statement, so that two processes that ask at once can't both get the last place. Exact: over any stretch of
# `per` seconds no more than `limit` are let through. A refused try is not counted.
TRY = """
INSERT INTO throttles AS t (key, hits, wait_s, ends_at)
VALUES (%(key)s, ARRAY[clock_timestamp()], 0, clock_timestamp() + make_interval(secs => %(per)s))
ON CONFLICT (key) DO UPDATE SET (hits, wait_s, ends_at) = (
  SELECT CASE WHEN count(*) < %(limit)s THEN array_append(coalesce(array_agg(hit ORDER BY hit), '{}'), excluded.hits[1])
              ELSE array_agg(hit ORDER BY hit) END,
         CASE WHEN count(*) < %(limit)s THEN 0
              ELSE greatest(extract(epoch FROM min(hit) - excluded.hits[1]) + %(per)s, 0.001) END,
         excluded.ends_at
  FROM unnest(t.hits) AS hit WHERE hit > excluded.hits[1] - make_interval(secs => %(per)s)
)
RETURNING wait_s, cardinality(hits), extract(epoch FROM hits[1] - clock_timestamp()) + %(per)s
"""

CALLS_PER_S = 60


class Allowance(Struct, frozen=True):
    """Whole seconds to wait (0: it may be done now), how often it may be done besides, and seconds until the oldest
    is forgotten."""

    wait_s: int
    left: int
    reset_s: int


def allow(key: str, *, limit: int, per_s: int) -> int:
    """0 when it may be done now (and it is counted), else the whole seconds to wait. Ask outside of transactions."""
    return take(key, limit=limit, per_s=per_s).wait_s


def take(key: str, *, limit: int, per_s: int) -> Allowance:
    """As `allow`, with how much is left."""
    with connection.cursor() as cursor:
        cursor.execute(TRY, {"key": sha256(key.encode()).hexdigest(), "limit": limit, "per": float(per_s)})
        wait_s, used, reset_s = cursor.fetchone()
    return Allowance(math.ceil(wait_s), max(0, limit - used), max(1, math.ceil(reset_s)))


def take_call(key_id: int, limit: int) -> Allowance:
    """One call of an API key's in a minute, to the management API and to the gateway together."""
    return take(f"api:{key_id}", limit=limit, per_s=CALLS_PER_S)


def count(key: str, *, per_s: int) -> int:
    """How often it was let through in the last so many seconds; asking does not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM throttles, unnest(hits) hit WHERE key = %s"
            " AND hit > clock_timestamp() - make_interval(secs => %s)",
            [sha256(key.encode()).hexdigest(), float(per_s)],
        )
        hits: int = cursor.fetchone()[0]
    return hits


def forget_old() -> int:
    """Drop what no longer limits anybody; how many were dropped."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM throttles WHERE ends_at < clock_timestamp()")
        gone: int = cursor.rowcount
    return gone


def cache_key(key: str, prefix: str, version: int) -> str:
    """Django's cache keys as digests: login limits are kept there, by address, person and one-time code."""
    return sha256(f"{prefix}:{version}:{key}".encode()).hexdigest()
