"""What Twilio's list of messages makes up for, and Twilio's times."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safarichat.providers import twilio
from safarichat.providers.shapes import Received, Reply, StatusChanged
from safarichat.providers.twilio.times import day_of, unix_s
from tests.conformance.subject import GONE, Pretend, Routes, reply
from tests.conformance.twilio.connects import BASE, MESSAGES, OWN
from tests.conformance.twilio.subject import OF_NUMBER, SUBJECT

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = int(NOON.timestamp())
SENDER, ANA = "whatsapp:+5511900000000", "whatsapp:+5511987654321"


def message(name: str, minutes: float = 1, **changes: Any) -> dict[str, Any]:
    at = format_datetime(NOON + timedelta(minutes=minutes))
    usual = {"sid": f"SM{name:0>32}", "from": ANA, "to": SENDER, "body": name, "status": "received", "num_media": "0"}
    return {**usual, "date_created": at, "date_sent": at, "date_updated": at, "error_code": None, **changes}


def sent(name: str, status: str, minutes: float = 1, **changes: Any) -> dict[str, Any]:
    return message(name, minutes, **{"from": SENDER, "to": ANA, "status": status, **changes})


def page(*messages: dict[str, Any], more: str = "") -> Reply:
    return reply({"messages": list(messages), "next_page_uri": more or None})


def missed(*answers: Any, **routes: Any) -> tuple[list[Any], Pretend]:
    """`answers` to the list of what was received, then to that of what was sent."""
    table: Routes = {MESSAGES: [*answers, page()], **routes}
    pretend = Pretend(table)
    return pretend.run(twilio.missed(SUBJECT.number, OF_NUMBER, SINCE)), pretend


def test_what_customers_wrote_comes_as_its_webhook_would_have_told_it() -> None:
    [event], pretend = missed(page(message("7")))
    assert isinstance(event, Received)
    assert (event.text, event.kind, event.sender.wa_id) == ("7", "text", "5511987654321")
    assert (event.phone_number_id, event.at) == (SUBJECT.number.phone_number_id, SINCE + 60)
    inbound, outbound = (dict(call.query) for call in pretend.calls)
    assert inbound == {"To": SENDER, "DateSent>": "2026-11-23", "PageSize": "1000"}
    assert outbound["From"] == SENDER


def test_every_page_is_read_up_to_the_moment_in_question() -> None:
    pages = [
        page(*(message(str(n)) for n in range(3)), more="/2010-04-01/Messages.json?Page=1&PageToken=PA1"),
        page(*(message(str(n)) for n in range(3, 5)), message("old", -1), more="/2010-04-01/Messages.json?Page=2"),
    ]
    events, pretend = missed(*pages)
    assert [event.text for event in events] == ["0", "1", "2", "3", "4"]
    assert [call.query.get("PageToken") for call in pretend.calls] == [None, "PA1", None]


def test_statuses_of_what_was_sent_before_are_told_when_they_changed_since() -> None:
    later = format_datetime(NOON + timedelta(minutes=5))
    listed = page(
        sent("1", "read", -30, date_updated=later),
        sent("2", "delivered", -30),
        sent("3", "undelivered", 2, error_code=63016, error_message="Outside"),
        sent("4", "queued"),
    )
    events, _ = missed(page(), listed)
    assert [(event.provider_message_id[-1], event.status) for event in events] == [("1", "read"), ("3", "failed")]
    assert all(isinstance(event, StatusChanged) for event in events)
    assert events[0].at == SINCE + 300
    assert events[1].problem.key == "window_closed"


def test_a_file_is_found_by_its_message() -> None:
    sid = f"MM{'7' * 32}"
    files = f"GET {BASE}/{OWN}/Messages/{sid}/Media.json"
    told = reply({"media_list": [{"sid": f"ME{'3' * 32}", "content_type": "image/jpeg"}]})
    listed = page(message("veja", sid=sid, num_media="1"))
    [event], _ = missed(listed, **{files: [told]})
    assert (event.kind, event.text) == ("image", "veja")
    assert event.body["image"]["url"].endswith(f"/Accounts/{OWN}/Messages/{sid}/Media/ME{'3' * 32}")
    events, _ = missed(listed, **{files: [GONE]})
    assert events == []  # the next run asks again


def test_what_has_neither_words_nor_files_in_the_list_is_told_all_the_same() -> None:
    [event], _ = missed(page(message("", body="")))
    assert event.kind == "unsupported"


@pytest.mark.parametrize("answer", [GONE, Reply(200, {}, b"<html>"), reply({"messages": [None, 7, {"sid": 5}]})])
def test_a_list_that_is_no_list_tells_nothing(answer: Any) -> None:
    events, _ = missed(answer, answer)
    assert events == []


@given(st.integers(86_400, 253_000_000_000), st.integers(-12 * 60, 14 * 60))
def test_times_are_those_of_the_calendar(at: int, offset: int) -> None:
    moment = datetime.fromtimestamp(at, UTC)
    told = format_datetime(moment)
    assert unix_s(told) == at
    assert day_of(at) == f"{moment:%Y-%m-%d}"
    sign, minutes = ("+" if offset >= 0 else "-"), abs(offset)
    shifted = told.replace("+0000", f"{sign}{minutes // 60:02}{minutes % 60:02}")
    assert unix_s(shifted) == at - offset * 60


@pytest.mark.parametrize("told", ["", "never", "2026-11-23T12:00:00Z", "Mon, 23 Abc 2026 12:00:00 +0000", "é" * 31])
def test_what_is_no_time_is_none(told: str) -> None:
    assert unix_s(told) == 0
