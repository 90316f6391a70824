"""Calls to a business's addresses: signed forms, and retries only where the address asks for them (reference §6–§8)."""

import asyncio
import base64
import hashlib
import hmac
import random
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qs, urldefrag, urlencode

from msgspec import Struct, field

from safarichat.sandbox.outgoing import Outgoing, Reached
from safarichat.sandbox.twilio.things import Account, Trouble
from safarichat.sandbox.world import World

NAME = "twilio"
MOST_TRIES_AGAIN = 5
AGAIN_S = 0.2
UNKNOWN = {"NeverHeardOf": "1", "Referrer": "", "ChannelInternals": '{"shard":"é7"}'}


class Callback(Struct):
    """`about` is what it tells of: what tells of the same goes out in order. `path` is for faults that are narrowed to
    a number."""

    account: Account
    url: str
    fields: Mapping[str, str]
    about: str
    path: str
    method: str = "POST"
    fallback_url: str = ""
    on_answer: Callable[[Reached], None] | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(16))


class Wishes(Struct):
    """Connection overrides: what the fragment of an address asks for. (!) Without one there is a second try, and only
    where no connection came about."""

    again: int
    on: list[str]
    timeout_s: float

    @classmethod
    def read(cls, fragment: str) -> "Wishes":
        given = {name: values[0] for name, values in parse_qs(fragment).items()}
        again = int(given["rc"]) if given.get("rc", "").isdigit() else 1
        total = float(given["tt"]) if given.get("tt", "").isdigit() else 15_000
        return cls(min(again, MOST_TRIES_AGAIN), given.get("rp", "ct").split(","), total / 1000)

    def want_again(self, reached: Reached) -> bool:
        return "all" in self.on or _failure(reached) in self.on


class Callbacks:
    def __init__(self, world: World, outgoing: Outgoing) -> None:
        self.world, self.outgoing = world, outgoing
        self.tasks: set[asyncio.Task[None]] = set()
        self.last: dict[str, asyncio.Task[None]] = {}

    def send(self, callback: Callback) -> None:
        faults = self.world.faults
        if faults.strikes("unknown_keys", callback.path, provider=NAME):
            callback.fields = {**callback.fields, **UNKNOWN}
        late = faults.strikes("reorder", callback.path, provider=NAME)
        delay_s = random.uniform(0, (late.ms or 800) / 1000) if late else 0
        for _ in range(2 if faults.strikes("duplicate_webhook", callback.path, provider=NAME) else 1):
            before = None if late else self.last.get(callback.about)
            task = asyncio.get_running_loop().create_task(self._deliver(callback, delay_s, before))
            self.tasks.add(task)
            self.last[callback.about] = task
            task.add_done_callback(partial(self._forget, callback.about))

    async def settle(self, seconds: float) -> None:
        """Wait until nothing is on its way, but no longer than that."""
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=seconds)

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()

    def _forget(self, about: str, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if self.last.get(about) is task:
            del self.last[about]

    async def _deliver(self, callback: Callback, delay_s: float, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait([before])
        await asyncio.sleep(delay_s)
        reached = await self._try(callback, callback.url)
        if not _is_good(reached):
            self._trouble(11200, callback)
            if callback.fallback_url:
                callback.fields = {**callback.fields, "ErrorCode": "11200", "ErrorUrl": urldefrag(callback.url)[0]}
                reached = await self._try(callback, callback.fallback_url)
        if not _is_good(reached):
            self.world.stats.webhooks_given_up += 1
        elif callback.on_answer is not None:
            callback.on_answer(reached)

    async def _try(self, callback: Callback, url: str) -> Reached:
        address, fragment = urldefrag(url)
        wishes = Wishes.read(fragment)
        for attempt in range(wishes.again + 1):
            self.world.stats.webhooks_sent += 1
            self.world.stats.webhooks_retried += attempt > 0
            reached = await self._post(callback, address, wishes.timeout_s)
            if _is_good(reached) or attempt == wishes.again or not wishes.want_again(reached):
                break
            await asyncio.sleep(AGAIN_S * 2**attempt * self.world.settings.retry_scale)
        return reached

    async def _post(self, callback: Callback, url: str, timeout_s: float) -> Reached:
        if self.world.faults.strikes("outage", callback.path, provider=NAME):
            return Reached(0, "outage")
        headers = {"user-agent": "TwilioProxy/1.1", "i-twilio-idempotency-token": callback.token}
        if callback.method == "GET":
            url += ("&" if "?" in url else "?") + urlencode(callback.fields)
            headers["x-twilio-signature"] = sign(callback.account.auth_token, url, {})
            return await self.outgoing.call("GET", url, headers=headers, timeout_s=timeout_s)
        headers["content-type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        headers["x-twilio-signature"] = sign(callback.account.auth_token, url, callback.fields)
        body = urlencode(callback.fields).encode()
        return await self.outgoing.call(callback.method, url, body=body, headers=headers, timeout_s=timeout_s)

    def _trouble(self, code: int, callback: Callback) -> None:
        note(self.world, code, callback.account, callback.url)


def note(world: World, code: int, account: Account, url: str) -> None:
    """A line for the debugger. The query may hold what is nobody's business."""
    world.twilio.troubles = [*world.twilio.troubles[-99:], Trouble(code, account.id, url.split("?")[0], world.now())]


def sign(token: str, url: str, fields: Mapping[str, str]) -> str:
    """(!) The exact address that is asked for; then every field by its name, the empty ones, too."""
    data = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), data.encode(), hashlib.sha1).digest()).decode()


def _is_good(reached: Reached) -> bool:
    return 200 <= reached.status < 300


def _failure(reached: Reached) -> str:
    """ct: no connection; rt: no answer in time; else the class of the status. 3xx is tried again by `all` only."""
    if reached.status:
        return f"{reached.status // 100}xx"
    return "ct" if reached.text.startswith("Connect") else "rt"
