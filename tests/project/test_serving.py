"""A web process of its own, with a stream, a slow answer and a stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.fixtures import free_port, wait_for

PROGRAM = """
import asyncio, sys
from safarichat.ground import stopping
from safarichat.project import lifeline, serving

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await send({"type": message["type"] + ".complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
    if scope["path"] == "/stream":
        while not stopping.has_begun():
            await send({"type": "http.response.body", "body": b"tick ", "more_body": True})
            await asyncio.sleep(0.05)
    if scope["path"] == "/slow":
        await asyncio.sleep(1.5)
    if scope["path"] == "/never":
        await asyncio.sleep(60)
    await send({"type": "http.response.body", "body": b"done"})

lifeline.follow_parent()
serving.serve(app, "127.0.0.1", int(sys.argv[1]))
"""


class Web:
    def __init__(self, port: int, **options: object) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(port)], **options)  # type: ignore[call-overload]
        wait_for(port, self.process)

    def get(self, path: str) -> str:
        return httpx.get(self.url + path, timeout=20, trust_env=False).text

    def begin(self, path: str, pool: ThreadPoolExecutor) -> Future[str]:
        """The whole answer, later; the server has begun it when this returns."""
        begun = Event()

        def read() -> str:
            with httpx.stream("GET", self.url + path, timeout=20, trust_env=False) as answer:
                text = ""
                for chunk in answer.iter_text():
                    begun.set()
                    text += chunk
                return text

        answer = pool.submit(read)
        assert begun.wait(10)
        return answer

    def end(self, how: int) -> float:
        started_at = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(15)
        return time.monotonic() - started_at


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web(free_port())
    yield made
    made.process.kill()
    made.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_streams_at_once_and_waits_for_answers(web: Web, how: int) -> None:
    with ThreadPoolExecutor() as pool:
        stream, slow = web.begin("/stream", pool), web.begin("/slow", pool)
        took_s = web.end(how)
        assert stream.result().endswith("tick done")
        assert slow.result() == "begun done"
    assert took_s < 4
    assert web.process.returncode == 0


def test_a_request_that_never_ends_does_not_hold_up_the_stop(web: Web) -> None:
    with ThreadPoolExecutor() as pool:
        never = web.begin("/never", pool)
        assert web.end(signal.SIGTERM) < 7
        assert isinstance(never.exception(), httpx.HTTPError)


def test_two_processes_serve_one_port(web: Web) -> None:
    port = int(web.url.rpartition(":")[2])
    second = Web(port)
    try:
        web.end(signal.SIGTERM)
        wait_for(port, second.process)
        assert second.get("/") == "begun done"
    finally:
        second.process.kill()
        second.process.wait()


def test_a_process_whose_parent_is_gone_ends() -> None:
    ours, its = os.pipe()
    environment = {**os.environ, "SAFARICHAT_LIFELINE_FD": str(ours)}
    web = Web(free_port(), env=environment, pass_fds=[ours])
    os.close(ours)
    os.close(its)  # as the kernel does for a killed parent
    assert web.process.wait(8) == 0
