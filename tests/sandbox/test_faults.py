"""Things that go wrong on purpose, and what is kept when the sandbox itself is stopped."""

import os
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from safarichat.sandbox.cut import cut
from tests.sandbox.outside import CUSTOMER, Listener, Meta, Number

HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


def fault(meta: Meta, kind: str, **more: object) -> None:
    meta.control("POST", "faults", {"provider": "meta", "kind": kind, **more})


def accepted(meta: Meta, to: str = CUSTOMER) -> list[str]:
    return [message["opaque"] for message in meta.control("GET", "messages", params={"provider": "meta", "to": to})]


def test_an_error_is_answered_until_the_faults_are_cleared(meta: Meta, number: Number) -> None:
    fault(meta, "error", code=131016)
    answer = number.send(HELLO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, 131016)
    assert meta.call("GET", number.id, number.token).status_code == 200
    meta.control("DELETE", "faults")
    assert number.send(HELLO).status_code == 200


def test_an_error_that_is_not_of_messaging_strikes_every_call(meta: Meta, number: Number) -> None:
    fault(meta, "error", code=190)
    assert meta.call("GET", number.id, number.token).status_code == 401


def test_an_http_status_comes_with_a_body_that_is_no_json(meta: Meta, number: Number) -> None:
    fault(meta, "http_status", code=502)
    answer = number.send(HELLO)
    assert answer.status_code == 502
    assert answer.text.startswith("<html>")


def test_a_fault_ends_by_itself(meta: Meta, number: Number) -> None:
    fault(meta, "outage", **{"for": 0.2})
    assert number.send(HELLO).status_code == 503
    time.sleep(0.25)
    assert number.send(HELLO).status_code == 200


def test_a_dropped_reply_leaves_an_accepted_message(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "drop_reply")
    with pytest.raises(httpx.RemoteProtocolError):
        number.send(HELLO, to="+255712000020", biz_opaque_callback_data="lost")
    assert accepted(meta, "+255712000020") == ["lost"]
    listener.wait(lambda: any("statuses" in value for value in listener.values()))


def test_a_cut_ends_one_connection_and_leaves_nothing_open() -> None:
    with ExitStack() as sockets:
        server = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        mine, other = (sockets.enter_context(socket.create_connection(server.getsockname(), 5)) for _ in range(2))
        accepted = [sockets.enter_context(server.accept()[0]) for _ in range(2)]
        before = len(os.listdir("/dev/fd"))
        cut(mine.getsockname())
        assert len(os.listdir("/dev/fd")) == before  # of what is no socket too
        assert mine.recv(1) == b""
        accepted[1].sendall(b"!")
        assert other.recv(1) == b"!"


def test_latency_delays_the_answer(meta: Meta, number: Number) -> None:
    fault(meta, "latency", ms=200)
    started = time.monotonic()
    number.send(HELLO)
    assert time.monotonic() - started >= 0.2


def test_a_status_may_overtake_the_answer(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "status_before_answer")
    id = number.send_template("+255712000021")
    assert listener.statuses(id) == ["sent", "delivered"]


def test_a_webhook_may_come_twice(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "duplicate_webhook")
    id = number.receive()
    listener.wait(lambda: len([v for v in listener.values() if v.get("messages", [{}])[0].get("id") == id]) == 2)


def test_an_inbound_message_may_be_lost(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "inbound_lost")
    number.receive()
    time.sleep(0.1)
    assert listener.values() == []


def test_unknown_keys_may_be_everywhere(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "unknown_keys")
    arrived = listener.wait_message(number.receive())
    assert "from_logical_id" in arrived
    assert "internal_1p_only_data" in listener.values()[-1]


def test_reordered_webhooks_all_arrive(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "reorder", ms=200)
    ids = {number.receive({"type": "text", "text": {"body": str(n)}}) for n in range(10)}
    for id in ids:
        listener.wait_message(id)


def test_an_unknown_fault_is_refused(meta: Meta) -> None:
    answer = meta.http.post("/_sandbox/faults", json={"kind": "earthquake"})
    assert answer.status_code == 400
    assert "drop_reply" in answer.json()["error"]


def test_the_same_opaque_id_twice_is_counted(meta: Meta, number: Number) -> None:
    before = meta.control("GET", "stats")
    number.send_template("+255712000022", biz_opaque_callback_data="once")
    number.send_template("+255712000022", biz_opaque_callback_data="once")
    after = meta.control("GET", "stats")
    assert after["accepted"] - before["accepted"] == 2
    assert after["duplicates"] - before["duplicates"] == 1
    assert after["webhooks"]["sent"] == after["webhooks_sent"]


def test_recent_requests_are_shown_without_tokens(meta: Meta, number: Number) -> None:
    number.send_template()
    meta.call("GET", "debug_token", params={"input_token": number.token, "access_token": meta.app_token})
    shown = meta.control("GET", "requests", params={"limit": 2})
    assert [(one["method"], one["path"]) for one in shown] == [
        ("POST", f"/v25.0/{number.id}/messages"),
        ("GET", "/v25.0/debug_token"),
    ]
    assert shown[0]["body"]["template"]["language"] == {"code": "en_US"}
    assert number.token not in str(shown)
    assert meta.secret not in str(shown)


def test_a_restart_keeps_the_world(meta: Meta, number: Number, listener: Listener) -> None:
    number.receive()
    listener.status = 503
    waiting = number.receive({"type": "text", "text": {"body": "while you were away"}})
    meta.stop()
    listener.status = 200
    meta.start()
    listener.wait_message(waiting)
    assert meta.call("GET", number.id, number.token).json()["id"] == number.id
    listener.wait_status(number.send_text("still in the window"), "delivered")


def test_a_kill_loses_no_more_than_the_last_moment(meta: Meta, number: Number) -> None:
    number.send_template("+255712000023", biz_opaque_callback_data="kept")
    time.sleep(0.4)
    meta.stop(kill=True)
    meta.start()
    assert accepted(meta, "+255712000023") == ["kept"]


def test_an_error_may_come_later(meta: Meta, number: Number, listener: Listener) -> None:
    fault(meta, "error", code=131049, later=True)
    failed = listener.wait_status(number.send_template("+255712000024"), "failed")
    assert failed["errors"][0]["code"] == 131049
