"""Files handed to the provider before their messages leave, in threads of their own."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from safarichat.ground.batching import drop_broken_connection, with_fresh_connection
from safarichat.ground.sql import JSON
from safarichat.media.handing import handed_over
from safarichat.messaging.portfolios import Quota
from safarichat.providers.shapes import Later, Number, Platform, Refused

_threads = ThreadPoolExecutor(4, "handing")
Handed = Mapping[str, JSON] | Refused | Later


class Sender(Struct):
    """By whom a number is carried, with its opened secrets. `is_slowed`: the portfolio has had too much of late."""

    provider: str
    number: Number
    platform: Platform
    quota: Quota
    is_slowed: bool = False


async def hand_over(account_id: int, body: Mapping[str, JSON], sender: Sender) -> Handed:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hand_over, account_id, body, sender)


def _hand_over(account_id: int, body: Mapping[str, JSON], sender: Sender) -> Handed:
    with_fresh_connection()
    try:
        return handed_over(account_id, body, sender.provider, sender.number, sender.platform)
    except Exception as error:
        drop_broken_connection(error)
        raise
