"""One worker process: understands hooks, sends messages, does scheduled work. Any number of them share one database."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

import uvloop
from django.conf import settings
from procrastinate.contrib.django import app

from safarichat.endpoints.telling import DELIVERIES
from safarichat.ground import garbage, outbound, stopping
from safarichat.ground.listening import listen
from safarichat.ground.notify import WORK_CHANNEL
from safarichat.inbox.keeping import INBOX, LATE
from safarichat.media.jobs import QUEUE
from safarichat.messaging.lanes import OUTBOX
from safarichat.messaging.receiving import INBOUND
from safarichat.messaging.slowing import BRAKES, told
from safarichat.workers import tasks
from safarichat.workers.deliver import Delivering
from safarichat.workers.send import Sending
from safarichat.workers.understanding import Understanding

logger = logging.getLogger("safarichat.work")

GRACE_S = 7.5  # for what is in the air; then it counts as unconfirmed
AFTER_AN_ERROR_S = 2.0


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    tasks.register()
    garbage.look_seldom()
    uvloop.run(_work())
    return 0


async def _work() -> None:
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, stopping.now)
    understanding, sending = Understanding(), Sending(settings.SAFARICHAT_DATA / "sending")
    delivering = Delivering()
    ears = loop.create_task(_listen(understanding, sending, delivering))
    jobs = loop.create_task(_forever("scheduled work", _run_jobs))
    files = loop.create_task(_forever("fetching files", _run_files))
    loops = [loop.create_task(understanding.run()), loop.create_task(sending.run()), loop.create_task(delivering.run())]
    logger.info("working as %s", sending.holder)
    await stopping.begun()
    jobs.cancel()
    files.cancel()
    understanding.stop()
    sending.stop()
    delivering.stop()
    ears.cancel()
    # A job being done may end and be written down as ended: a second cancel would take its database away.
    _, late = await asyncio.wait([*loops, jobs, files], timeout=GRACE_S)
    for task in late:
        task.cancel()
    await asyncio.gather(ears, jobs, files, *loops, return_exceptions=True)
    await outbound.aclose()


async def _listen(understanding: Understanding, sending: Sending, delivering: Delivering) -> None:
    def heard(payload: str) -> None:
        what, _, rest = payload.partition(":")
        if payload == LATE:
            understanding.give_way()
        elif what == INBOX:
            understanding.wake()
        elif what == OUTBOX:
            sending.wake([int(number) for number in rest.split(",") if number])
        elif what == INBOUND:
            sending.count_inbound(_counts(rest))
        elif what == BRAKES:
            sending.slow(told(rest))
        elif what == DELIVERIES:
            delivering.wake()

    def listening() -> None:
        understanding.wake()
        sending.wake()
        delivering.wake()

    await listen(WORK_CHANNEL, heard=heard, listening=listening)


def _counts(text: str) -> dict[int, int]:
    """`12=3,15=1`: so many customers' messages for these numbers."""
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {int(credential_id): int(count) for credential_id, _, count in pairs}


async def _run_jobs() -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # the Django connector's own
    with_worker = app.with_connector(connector)
    async with with_worker.open_async():
        await asyncio.to_thread(tasks.ask_what_was_missed)
        await with_worker.run_worker_async(
            queues=["default"],
            concurrency=2,
            install_signal_handlers=False,
            delete_jobs="successful",
            shutdown_graceful_timeout=4,
        )


async def _run_files() -> None:
    """A queue of its own: a large file on a slow line holds up nothing else."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # the Django connector's own
    with_worker = app.with_connector(connector)
    async with with_worker.open_async():
        await with_worker.run_worker_async(
            queues=[QUEUE],
            concurrency=3,
            install_signal_handlers=False,
            delete_jobs="always",
            shutdown_graceful_timeout=4,
        )


async def _forever(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """What ends with an error, such as a database that went away, is started again."""
    while True:
        try:
            await run()
        except Exception as error:
            logger.warning("%s stopped: %s", name, type(error).__name__)
        await asyncio.sleep(AFTER_AN_ERROR_S)
