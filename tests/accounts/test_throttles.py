"""Limits that hold whoever asks, and from wherever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from safarichat.accounts import cleaning, throttles
from safarichat.accounts.models import Session


def test_so_many_are_let_through_and_the_next_waits(db: None) -> None:
    assert [throttles.allow("door", limit=3, per_s=60) for _ in range(3)] == [0, 0, 0]
    assert 55 < throttles.allow("door", limit=3, per_s=60) <= 60
    assert throttles.allow("another door", limit=3, per_s=60) == 0


def test_a_place_becomes_free_when_the_oldest_is_over_and_a_refused_try_takes_none(db: None) -> None:
    for _ in range(5):
        throttles.allow("door", limit=2, per_s=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE throttles SET hits[1] = hits[1] - interval '61 s'")
    assert throttles.allow("door", limit=2, per_s=60) == 0
    assert throttles.allow("door", limit=2, per_s=60) > 0


@pytest.mark.django_db(transaction=True)
def test_of_many_that_ask_at_once_no_more_than_the_limit_get_in() -> None:
    def ask(_: int) -> int:
        try:
            return throttles.allow("door", limit=7, per_s=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(ask, range(40)))
    assert waits.count(0) == 7


def test_what_is_throttled_is_not_readable_in_the_database(db: None) -> None:
    throttles.allow("asha@example.com", limit=1, per_s=60)
    cache.set("asha@example.com", 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM throttles UNION ALL SELECT cache_key FROM cache")
        assert "asha" not in str(cursor.fetchall())


def test_cleaning_drops_what_has_run_out_and_nothing_else(db: None) -> None:
    now = timezone.now()
    throttles.allow("old", limit=1, per_s=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE throttles SET ends_at = now() - interval '1 s'")
    throttles.allow("new", limit=1, per_s=60)
    cache.set("old", 1, timeout=-1)
    cache.set("new", 1)
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=1))

    assert cleaning.clean(now)["throttles"] == 1

    assert throttles.allow("new", limit=1, per_s=60) > 0
    assert cache.get("new") == 1
    assert not Session.objects.exists()
