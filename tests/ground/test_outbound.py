"""Whether a request surely never left, or may have arrived, decides if a message may be sent again."""

import asyncio
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from safarichat.ground import outbound
from safarichat.ground.addresses import Guard
from safarichat.ground.talks import Answer, Call, Lost, Progress, Reply, Talk

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing: a\r\n\r\n{}"
Behaviour = Callable[[socket.socket], object]
Ask = Callable[..., Answer]


class Stand:
    """A server on loopback that behaves as told and keeps what it was sent."""

    def __init__(self, behave: Behaviour) -> None:
        self.received: list[bytes] = []
        self.behave = behave
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v25.0/1/messages"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while data := connection.recv(65536):
                self.received.append(data)
                self.behave(connection)


Start = Callable[[Behaviour], Stand]


@pytest.fixture(params=["blocking", "on the loop"])
def ask(request: pytest.FixtureRequest) -> Ask:
    if request.param == "blocking":
        return outbound.ask

    def on_a_loop(call: Call, *, guard: Guard | None = None) -> Answer:
        async def once() -> Answer:
            try:
                return await outbound.aask(call, guard=guard)
            finally:
                await outbound.aclose()

        return asyncio.run(once())

    return on_a_loop


@pytest.fixture
def stand() -> Iterator[Start]:
    stands: list[Stand] = []

    def start(behave: Behaviour) -> Stand:
        stands.append(Stand(behave))
        return stands[-1]

    yield start
    for each in stands:
        each.socket.close()


def call(url: str, **kwargs: object) -> Call:
    return Call(name="send", method="POST", url=url, json={"a": "é"}, **{"timeout_s": 1.0, **kwargs})  # type: ignore[arg-type]


def status_of(answer: Answer) -> int:
    assert isinstance(answer, Reply)
    return answer.status


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_an_answer_comes_back_whole_with_lower_case_headers(ask: Ask, stand: Start) -> None:
    server = stand(lambda c: c.sendall(OK))
    reply = ask(call(server.url, query={"appsecret_proof": "p"}, headers={"Authorization": "Bearer t"}))
    assert isinstance(reply, Reply)
    assert (reply.status, reply.json(), reply.headers["x-thing"]) == (200, {}, "a")
    sent = server.received[0].decode().lower()
    assert sent.startswith("post /v25.0/1/messages?appsecret_proof=p http/1.1\r\n")
    assert "authorization: bearer t" in sent
    assert sent.endswith('{"a":"é"}')


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lambda c: c.close(), id="closed after reading"),
        pytest.param(reset, id="reset after reading"),
        pytest.param(lambda c: None, id="no answer in time"),
        pytest.param(lambda c: (c.sendall(OK[:-1]), c.close()), id="answer cut short"),
        pytest.param(lambda c: (c.sendall(b"SSH-2.0-x\r\n\r\n"), c.close()), id="not http"),
    ],
)
def test_a_request_that_left_may_have_arrived(ask: Ask, stand: Start, behave: Behaviour) -> None:
    server = stand(behave)
    lost = ask(call(server.url))
    assert isinstance(lost, Lost)
    assert lost.may_have_arrived
    assert len(server.received) == 1, "never asked twice by itself"


def test_a_connection_that_broke_while_it_was_kept_open_is_not_asked_twice(ask: Ask, stand: Start) -> None:
    answers: Iterator[Behaviour] = iter([lambda c: c.sendall(OK), lambda c: c.close()])
    server = stand(lambda c: next(answers)(c))  # noqa: PLW0108  # a new one each time
    assert isinstance(ask(call(server.url)), Reply)
    lost = ask(call(server.url))
    assert isinstance(lost, Lost)
    assert lost.may_have_arrived
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://nowhere.invalid/",
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "nonsense",
        "http://[::1",
    ],
)
def test_a_request_that_found_nobody_surely_never_left(ask: Ask, url: str) -> None:
    lost = ask(call(url))
    assert isinstance(lost, Lost)
    assert not lost.may_have_arrived


def test_a_full_backlog_is_a_request_that_never_left(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "CONNECT_TIMEOUT_S", 0.2)
    monkeypatch.setattr(
        outbound, "_blocking_clients", type(outbound._blocking_clients)(outbound._blocking_clients._make)
    )
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        lost = ask(call(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        for each in waiting:
            each.close()
    assert isinstance(lost, Lost)
    assert not lost.may_have_arrived


def test_a_token_with_a_line_break_is_not_sent_and_not_shown(
    ask: Ask, stand: Start, caplog: pytest.LogCaptureFixture
) -> None:
    server = stand(lambda c: c.sendall(OK))
    lost = ask(call(server.url, headers={"Authorization": "Bearer planted\nsecret"}))
    assert isinstance(lost, Lost)
    assert not lost.may_have_arrived
    assert not server.received
    assert "planted" not in caplog.text + lost.reason


def test_an_answer_over_the_limit_is_lost_but_at_the_limit_is_not(ask: Ask, stand: Start) -> None:
    def big(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(5):
            connection.sendall(b"x" * 1000)

    whole = ask(call(stand(big).url, max_bytes=5000))
    assert isinstance(whole, Reply)
    assert len(whole.body) == 5000
    assert ask(call(stand(big).url, max_bytes=4999)) == Lost(outbound.TOO_LARGE, may_have_arrived=True)


def test_a_redirect_is_an_answer_and_not_followed(ask: Ask, stand: Start) -> None:
    server = stand(
        lambda c: c.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
    )
    assert status_of(ask(call(server.url))) == 302


def test_a_proxy_in_the_environment_is_not_used(ask: Ask, stand: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert status_of(ask(call(stand(lambda c: c.sendall(OK)).url))) == 200


def test_the_log_names_the_path_and_never_query_header_or_body(
    ask: Ask, stand: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "safarichat.outbound")
    server = stand(lambda c: c.sendall(OK))
    query, headers = {"client_secret": "planted1"}, {"Authorization": "Bearer planted2"}
    for url in (server.url, "http://127.0.0.1:1/oauth"):
        ask(Call(name="exchange", method="POST", url=url, query=query, headers=headers, json={"pin": "planted3"}))
    ask(Call(name="exchange", method="GET", url="http://user:planted4@127.0.0.1:1/oauth?x=planted5"))
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert f"exchange: POST 127.0.0.1:{server.port}/v25.0/1/messages 200 in" in text
    assert "never left" in text
    assert "planted" not in text


# --- guarded addresses ---


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
     "10.0.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "[fd00::1]", "[fe80::1]", "localhost"],
)  # fmt: skip
def test_a_tenants_url_reaches_no_private_address(ask: Ask, stand: Start, host: str) -> None:
    server = stand(lambda c: c.sendall(OK))
    answer = ask(call(f"http://{host}:{server.port}/"), guard=Guard())
    assert answer == Lost(outbound.ADDRESS_REFUSED, may_have_arrived=False)
    assert not server.received


def test_a_tenants_url_reaches_an_allowed_private_network_over_the_checked_address(ask: Ask, stand: Start) -> None:
    server = stand(lambda c: c.sendall(OK))
    guard = Guard.from_setting("127.0.0.0/8, 10.0.0.0/8")
    assert status_of(ask(call(f"http://localhost:{server.port}/"), guard=guard)) == 200
    assert status_of(ask(call(f"http://127.0.0.1:{server.port}/"), guard=guard)) == 200


def test_the_connection_goes_where_the_check_looked_even_if_the_name_moves_on(
    ask: Ask, stand: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stand(lambda c: c.sendall(OK))
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port)) for address in ("10.0.0.1", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert status_of(ask(call(f"http://rebound.test:{server.port}/"), guard=Guard.from_setting("127.0.0.0/8"))) == 200


def test_public_addresses_are_admitted_and_no_others() -> None:
    assert Guard().admits("8.8.8.8")
    assert Guard().admits("2606:4700::1111")
    for address in ("fec0::1", "64:ff9b:1::a00:1", "::10.0.0.1"):
        assert not Guard().admits(address)
    with pytest.raises(ValueError, match="nonsense"):
        Guard.from_setting("nonsense")


# --- driving talks ---


def talk() -> Talk[str]:
    reply = yield Call(name="one", method="GET", url="http://x/")
    assert isinstance(reply, Reply)
    nothing = yield Progress(step="exchanged", secrets={"access_token": "t"})
    assert nothing is None
    reply = yield Call(name="two", method="GET", url="http://x/")
    return "over" if isinstance(reply, Lost) else "odd"


def test_a_talk_is_driven_to_its_outcome_and_each_step_is_stored_before_it_goes_on() -> None:
    seen: list[str] = []

    def answer(asked: Call) -> Answer:
        seen.append(asked.name)
        return Reply(200, {}, b"{}") if asked.name == "one" else Lost("gone", may_have_arrived=True)

    async def aanswer(asked: Call) -> Answer:
        return answer(asked)

    async def store(step: Progress) -> None:
        seen.append(step.step)

    assert outbound.run_talk(talk(), answer, lambda step: seen.append(step.step)) == "over"
    assert asyncio.run(outbound.arun_talk(talk(), aanswer, store)) == "over"
    assert seen == ["one", "exchanged", "two"] * 2


def test_what_holds_secrets_shows_none() -> None:
    shown = repr(
        [
            call("http://x/", headers={"a": "planted"}),
            Progress(step="s", secrets={"t": "planted"}),
            Reply(200, {}, b"planted"),
        ]
    )
    assert "planted" not in shown
