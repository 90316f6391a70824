"""What came of deliveries, many at once: the delivery's state, the request in the log, and how the endpoint stands."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from safarichat.endpoints.taking import TRUSTED_FAILURES, Due
from safarichat.ground.notify import announce
from safarichat.ground.sql import columns, fetch

WAITS_S = (5, 15, 60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600)  # then ever the last
JITTER = 0.2
LONGEST_REST_S = 300
OFF_AFTER = timedelta(days=3)
MOST_KEPT = 4000  # characters of headers and answers
_dice = random.SystemRandom()


class Tried(Struct, frozen=True, kw_only=True):
    """One request. `status` 0: no answer, and `problem` says why."""

    due: Due
    at: datetime
    ms: int
    status: int
    request_headers: str = ""
    response_headers: str = ""
    response: str = ""
    problem: str = ""

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def record(tried: Sequence[Tried]) -> list[None]:
    with transaction.atomic():
        _endpoints(tried)
        _deliveries(tried)
        _log(tried)
        for account_id in {one.due.account_id for one in tried}:
            announce(account_id, "endpoints")
    return [None] * len(tried)


def wait_s(tries: int) -> float:
    """Before the next try, after so many. Not all at the same moment."""
    return WAITS_S[min(tries, len(WAITS_S)) - 1] * _dice.uniform(1 - JITTER, 1 + JITTER)


def rest_s(failures: int) -> float:
    """After so many failures in a row: 0 as long as an endpoint is trusted."""
    over = failures - TRUSTED_FAILURES
    return min(2.0**over, LONGEST_REST_S) if 0 <= over < 20 else LONGEST_REST_S * (over > 0)


def _deliveries(tried: Sequence[Tried]) -> None:
    """One that another worker, which held the endpoint meanwhile, brought through stays delivered."""
    fetch(
        """
        WITH n AS (
          SELECT * FROM unnest(%s::bigint[], %s::boolean[], %s::float8[]) n (id, is_taken, wait_s)),
        locked AS (
          SELECT d.id FROM endpoint_deliveries d JOIN n ON n.id = d.id ORDER BY d.id FOR NO KEY UPDATE OF d)
        UPDATE endpoint_deliveries d SET
          tries = d.tries + 1,
          state = CASE WHEN n.is_taken OR d.state = 'delivered' THEN 'delivered'
            WHEN clock_timestamp() + make_interval(secs => n.wait_s) > d.until THEN 'dead' ELSE 'failed' END,
          next_at = CASE WHEN n.is_taken OR d.state = 'delivered'
              OR clock_timestamp() + make_interval(secs => n.wait_s) > d.until THEN NULL
            ELSE clock_timestamp() + make_interval(secs => n.wait_s) END,
          delivered_at = CASE WHEN n.is_taken THEN coalesce(d.delivered_at, clock_timestamp()) ELSE d.delivered_at END
        FROM n JOIN locked USING (id) WHERE d.id = n.id
        """,
        *columns([(one.due.id, one.is_taken, wait_s(one.due.tries + 1)) for one in tried], 3),
    )


def _log(tried: Sequence[Tried]) -> None:
    fetch(
        "INSERT INTO endpoint_tries (account_id, delivery_id, number, at, ms, status, request_headers,"
        " response_headers, response, problem)"
        " SELECT n.* FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[], %s::int[], %s::int[],"
        " %s::text[], %s::text[], %s::text[], %s::text[]) n (account_id, delivery_id, number, at, ms, status,"
        " request_headers, response_headers, response, problem)"
        " JOIN endpoint_deliveries d ON d.id = n.delivery_id",  # its endpoint may be gone
        *columns([_columns(one) for one in tried], 10),
    )


def _columns(one: Tried) -> tuple[object, ...]:
    return (
        one.due.account_id,
        one.due.id,
        one.due.tries + 1,
        one.at,
        one.ms,
        one.status,
        one.request_headers[:MOST_KEPT],
        one.response_headers[:MOST_KEPT],
        one.response[:MOST_KEPT],
        one.problem[:300],
    )


# --- how an endpoint stands ---


def _endpoints(tried: Sequence[Tried]) -> None:
    by_endpoint: dict[int, list[Tried]] = {}
    for one in tried:
        by_endpoint.setdefault(one.due.endpoint_id, []).append(one)
    rows = fetch(
        "SELECT id, failures FROM endpoints WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        list(by_endpoint),
    )
    standing = [_standing(endpoint_id, failures, by_endpoint) for endpoint_id, failures in rows]
    fetch(
        """
        UPDATE endpoints p SET
          failures = n.failures,
          delivered_at = CASE WHEN n.took THEN clock_timestamp() ELSE p.delivered_at END,
          failing_since = CASE WHEN n.failures = 0 THEN NULL WHEN n.took THEN clock_timestamp()
            ELSE coalesce(p.failing_since, clock_timestamp()) END,
          problem = CASE WHEN n.failures = 0 THEN '' ELSE n.problem END,
          rests_until = CASE WHEN n.rest_s > 0 THEN clock_timestamp() + make_interval(secs => n.rest_s) END,
          state = CASE WHEN p.state = 'active' AND n.failures > 0 AND NOT n.took
              AND p.failing_since < clock_timestamp() - %s THEN 'off' ELSE p.state END
        FROM unnest(%s::bigint[], %s::int[], %s::boolean[], %s::text[], %s::float8[])
             n (id, failures, took, problem, rest_s)
        WHERE p.id = n.id
        """,
        OFF_AFTER,
        *columns(standing, 5),
    )


def _standing(endpoint_id: int, failures: int, tried: Mapping[int, list[Tried]]) -> tuple[int, int, bool, str, float]:
    """In the order in which the answers came: what counts is how many failed since the last that was taken."""
    took, problem = False, ""
    for one in tried[endpoint_id]:
        if one.is_taken:
            took, failures = True, 0
        else:
            failures += 1
            problem = one.problem or f"HTTP {one.status}"
    return endpoint_id, failures, took, problem[:300], rest_s(failures)
