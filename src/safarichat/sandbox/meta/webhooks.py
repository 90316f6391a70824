"""Webhooks: who gets them, how they are signed, and how they are tried again (reference §7)."""

import asyncio
import hashlib
import hmac
import json
import logging
import random
from collections import deque

import msgspec
from msgspec import Struct

from safarichat.sandbox import ids
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.things import JSON, App, Delivery, PhoneNumber, Waba
from safarichat.sandbox.world import World

log = logging.getLogger("safarichat.sandbox")

# Fields for which a WABA or a number may have a callback of its own; all others always go to the app's.
OVERRIDABLE = frozenset(
    [
        "messages",
        "message_echoes",
        "calls",
        "consumer_profile",
        "messaging_handovers",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "smb_message_echoes",
        "smb_app_state_sync",
        "history",
        "account_settings_update",
    ]
)
CHANNEL, ACCOUNT = "d360c:", "d360a:"  # senders at 360dialog: a channel, or all channels of a WABA
RETRY_WAITS_S = (0, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600)
GIVE_UP_AFTER_S = 7 * 24 * 3600
PARALLEL = 8


class Update(Struct):
    """One change, before it is packed into a POST with others for the same address."""

    app_id: str
    url: str
    entry_id: str
    field: str
    value: dict[str, JSON]
    at: int


class Route:
    """Everything for one app at one address."""

    def __init__(self) -> None:
        self.waiting: deque[Update] = deque()
        self.again: deque[Delivery] = deque()
        self.workers = 0


class Webhooks:
    def __init__(self, world: World, outgoing: Outgoing) -> None:
        self.world, self.outgoing = world, outgoing
        self.routes: dict[tuple[str, str], Route] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopping = False

    # --- who gets it -------------------------------------------------------------------------------------------------

    def tell(self, waba: Waba, field: str, value: dict[str, JSON], number: PhoneNumber | None = None) -> int:
        """To each app subscribed to the WABA that registered a callback for the field, and to the addresses that
        360dialog knows for its channels. Answers how many."""
        told = self._tell_channels(waba, field, value, number)
        if number is not None and number.provider != "meta":
            return told
        for app_id, override in waba.subscribed.items():
            app = self.world.apps.get(app_id)
            if app is None or app.subscription is None or field not in app.subscription.fields:
                continue
            url = app.subscription.callback_url
            if field in OVERRIDABLE:
                url = (number.override.url if number else "") or override.url or url
            self._emit(app.id, url, waba.id, field, value)
            told += 1
        return told

    def _tell_channels(self, waba: Waba, field: str, value: dict[str, JSON], number: PhoneNumber | None) -> int:
        """The number's own address wins over its account's; what is the account's goes to the account's only."""
        channel = self.world.channel_of(number) if number and number.provider == "360dialog" else None
        account = self.world.account_hooks.get(waba.id)
        url = (channel.hook_url if channel else "") or (account.url if account else "")
        if not url:
            return 0
        own = bool(channel and channel.hook_url)
        self._emit(
            f"{CHANNEL if own else ACCOUNT}{channel.id if channel and own else waba.id}", url, waba.id, field, value
        )
        return 1

    def tell_partner(self, app: App, field: str, value: dict[str, JSON]) -> None:
        """Partner events need no subscription to the WABA; the entry is the partner's own portfolio."""
        if app.subscription is not None and field in app.subscription.fields:
            self._emit(app.id, app.subscription.callback_url, app.business_id, field, value)

    async def settle(self, seconds: float) -> None:
        """Wait until nothing is on its way for the first time, but no longer than that."""
        deadline = asyncio.get_running_loop().time() + seconds
        while any(route.waiting or route.workers for route in self.routes.values()):
            if asyncio.get_running_loop().time() > deadline:
                return
            await asyncio.sleep(0.005)

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        for delivery in self.world.deliveries:
            self._route(delivery.app_id, delivery.url).again.append(delivery)
        for key in self.routes:
            self._run(key)

    async def stop(self) -> None:
        self.stopping = True
        for (app_id, url), route in self.routes.items():
            while route.waiting:
                self._pack(app_id, url, route)
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    # --- how it travels ----------------------------------------------------------------------------------------------

    def _emit(self, sender: str, url: str, entry_id: str, field: str, value: dict[str, JSON]) -> None:
        """`sender` is an app's id, or names a channel or account of 360dialog."""
        provider = provider_of(sender)
        if self.world.faults.strikes("unknown_keys", provider=provider):
            value = _with_unknown_keys(value, field)
        update = Update(sender, url, entry_id, field, value, int(self.world.now()))
        key = (sender, url)
        late = self.world.faults.strikes("reorder", provider=provider)
        if late is None:
            self._enqueue(key, update)
        else:
            delay = random.uniform(0, (late.ms or 800) / 1000)
            asyncio.get_running_loop().call_later(delay, self._enqueue, key, update)

    def _enqueue(self, key: tuple[str, str], update: Update) -> None:
        self._route(*key).waiting.append(update)
        self._run(key)

    def _route(self, app_id: str, url: str) -> Route:
        return self.routes.setdefault((app_id, url), Route())

    def _run(self, key: tuple[str, str]) -> None:
        route = self.routes[key]
        if self.stopping or route.workers >= PARALLEL or not (route.waiting or route.again):
            return
        route.workers += 1
        task = asyncio.create_task(self._work(key, route))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _work(self, key: tuple[str, str], route: Route) -> None:
        try:
            while (route.waiting or route.again) and not self.stopping:
                delivery = self._pack(*key, route) if route.waiting else route.again.popleft()
                await self._deliver(key, delivery)
        finally:
            route.workers -= 1

    def _pack(self, app_id: str, url: str, route: Route) -> Delivery:
        """One update a POST while all is quiet, more when they pile up."""
        wanted = min(self.world.settings.batch, 1 + len(route.waiting) // 2)
        updates = [route.waiting.popleft() for _ in range(max(1, wanted)) if route.waiting]
        entries: dict[tuple[str, bool], dict[str, JSON]] = {}
        for update in updates:
            timed = update.field != "messages"
            entry = entries.setdefault((update.entry_id, timed), {"id": update.entry_id})
            if timed:
                entry["time"] = update.at
            entry.setdefault("changes", []).append({"value": update.value, "field": update.field})
        payload = {"object": "whatsapp_business_account", "entry": list(entries.values())}
        body = to_bytes(payload, raw_utf8=self.world.settings.raw_utf8)
        return self.world.deliveries.put(
            Delivery(id=ids.trace_id(), app_id=app_id, url=url, body=body, made_at=self.world.now())
        )

    async def _deliver(self, key: tuple[str, str], delivery: Delivery) -> None:
        twice = self.world.faults.strikes("duplicate_webhook", provider=provider_of(delivery.app_id)) is not None
        for _ in range(2 if twice else 1):
            delivery.tries += 1
            self.world.stats.webhooks_sent += 1
            self.world.stats.webhooks_retried += delivery.tries > 1 and not twice
            arrived = await self._post(delivery)
        if arrived:
            self.world.deliveries.drop(delivery.id)
            return
        self._try_later(key, delivery)

    async def _post(self, delivery: Delivery) -> bool:
        if self.world.faults.strikes("outage", provider=provider_of(delivery.app_id)):
            return False
        headers = self._headers(delivery)
        if headers is None:
            return True
        reached = await self.outgoing.call(
            "POST",
            delivery.url,
            body=delivery.body,
            headers={"content-type": "application/json", **headers},
            timeout_s=self.world.settings.hook_timeout_ms / 1000,
        )
        if not 200 <= reached.status < 300:
            log.info("webhook %s not taken: %s", delivery.id, reached.status or reached.text)
        return 200 <= reached.status < 300

    def _headers(self, delivery: Delivery) -> dict[str, str] | None:
        """What proves the sender: a signature of the app, or the headers that a channel was told to send. None: whoever
        sent it is gone, and so is the webhook."""
        kind, name = delivery.app_id[: len(CHANNEL)], delivery.app_id[len(CHANNEL) :]
        if kind == CHANNEL:
            channel = self.world.channels.get(name)
            return channel.hook_headers if channel and channel.hook_url == delivery.url else None
        if kind == ACCOUNT:
            account = self.world.account_hooks.get(name)
            return account.headers if account else None
        app = self.world.apps.get(delivery.app_id)
        return {"x-hub-signature-256": sign(app.secret, delivery.body)} if app else None

    def _try_later(self, key: tuple[str, str], delivery: Delivery) -> None:
        if self.world.now() - delivery.made_at > GIVE_UP_AFTER_S * min(1, self.world.settings.retry_scale):
            self.world.deliveries.drop(delivery.id)
            self.world.stats.webhooks_given_up += 1
            return
        self.world.deliveries.put(delivery)
        wait = RETRY_WAITS_S[min(delivery.tries, len(RETRY_WAITS_S)) - 1] * self.world.settings.retry_scale
        asyncio.get_running_loop().call_later(wait, self._again, key, delivery)

    def _again(self, key: tuple[str, str], delivery: Delivery) -> None:
        self._route(*key).again.append(delivery)
        self._run(key)


def provider_of(sender: str) -> str:
    return "360dialog" if sender.startswith((CHANNEL, ACCOUNT)) else "meta"


def to_bytes(payload: JSON, *, raw_utf8: bool) -> bytes:
    """Non-ASCII leaves as \\uxxxx unless raw UTF-8 is asked for; the signature is over whatever leaves."""
    body = msgspec.json.encode(payload)
    return body if raw_utf8 or body.isascii() else json.dumps(payload, separators=(",", ":")).encode()


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _with_unknown_keys(value: dict[str, JSON], field: str) -> dict[str, JSON]:
    context = {"waac_id": ids.object_id(), "cs_id": ids.object_id(), "account_context_type": "non_paid_messaging"}
    odd = {**value, "internal_1p_only_data": {"account_context": context}}
    for key in ("messages", "statuses"):
        if key in odd:
            odd[key] = [{**item, "from_logical_id": ids.object_id()} for item in odd[key]]
    return odd | ({"never_heard_of": {"field": field}})
