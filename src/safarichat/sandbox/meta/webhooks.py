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
        """To each app subscribed to the WABA that registered a callback for the field. Answers how many."""
        told = 0
        for app_id, override in waba.subscribed.items():
            app = self.world.apps.get(app_id)
            if app is None or app.subscription is None or field not in app.subscription.fields:
                continue
            url = app.subscription.callback_url
            if field in OVERRIDABLE:
                url = (number.override.url if number else "") or override.url or url
            self._emit(app, url, waba.id, field, value)
            told += 1
        return told

    def tell_partner(self, app: App, field: str, value: dict[str, JSON]) -> None:
        """Partner events need no subscription to the WABA; the entry is the partner's own portfolio."""
        if app.subscription is not None and field in app.subscription.fields:
            self._emit(app, app.subscription.callback_url, app.business_id, field, value)

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

    def _emit(self, app: App, url: str, entry_id: str, field: str, value: dict[str, JSON]) -> None:
        if self.world.faults.strikes("unknown_keys"):
            value = _with_unknown_keys(value, field)
        update = Update(app.id, url, entry_id, field, value, int(self.world.now()))
        key = (app.id, url)
        late = self.world.faults.strikes("reorder")
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
        twice = self.world.faults.strikes("duplicate_webhook") is not None
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
        if self.world.faults.strikes("outage"):
            return False
        app = self.world.apps.get(delivery.app_id)
        if app is None:
            return True
        reached = await self.outgoing.call(
            "POST",
            delivery.url,
            body=delivery.body,
            headers={"content-type": "application/json", "x-hub-signature-256": sign(app.secret, delivery.body)},
            timeout_s=self.world.settings.hook_timeout_ms / 1000,
        )
        if not 200 <= reached.status < 300:
            log.info("webhook %s not taken: %s", delivery.id, reached.status or reached.text)
        return 200 <= reached.status < 300

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
