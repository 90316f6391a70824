"""Channels, clients and the partner account; and the partner webhooks that tell of them (reference §4, §6)."""

import asyncio
import hashlib
import hmac
import os
import secrets
import string
from datetime import UTC, datetime

import msgspec

from safarichat.sandbox import ids
from safarichat.sandbox.meta import assets
from safarichat.sandbox.meta.numbers import make_number
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.things import JSON, Business, Channel, Client, Partner, PhoneNumber, Waba
from safarichat.sandbox.world import World

STEPS = ("created", "ready", "running")  # a live event follows the last
EVENTS = {"created": "channel_created", "ready": "channel_ready", "running": "channel_running"}
USABLE = ("running", "live")
TRIES, AGAIN_S = 6, 1.0
LETTERS = string.ascii_letters + string.digits


class Channels:
    def __init__(self, world: World, outgoing: Outgoing) -> None:
        self.world, self.outgoing = world, outgoing
        self.partner = self._own_partner()
        self.tasks: set[asyncio.Task[None]] = set()

    # --- who there is ------------------------------------------------------------------------------------------------

    def _own_partner(self) -> Partner:
        """What the environment says wins over what was kept, so that both sides agree."""
        environ = os.environ
        kept = next(iter(self.world.partners), None)
        partner_id = environ.get("D360_PARTNER_ID") or environ.get("360DIALOG_PARTNER_ID") or (kept.id if kept else "")
        partner = self.world.partners.get(partner_id) or Partner(
            id=partner_id or _made("PA", 6), api_key=_made("", 32), platform_secret=_made("", 32), solution_id=""
        )
        partner.api_key = environ.get("D360_PARTNER_API_KEY") or partner.api_key
        partner.platform_secret = environ.get("D360_PLATFORM_SECRET") or partner.platform_secret
        solution = environ.get("D360_SOLUTION_ID") or environ.get("360DIALOG_SOLUTION_ID")
        partner.solution_id = solution or partner.solution_id or ids.object_id()
        return self.world.partners.put(partner)

    def make_client(self, name: str, email: str, payload: str = "") -> Client:
        client = Client(id=_made("CL", 6), name=name, email=email, partner_payload=payload, made_at=self.world.now())
        self.world.clients.put(client)
        self.tell("client_created", client_node(client))
        return client

    def make_channel(self, client: Client, number: PhoneNumber, *, is_permitted: bool = True) -> Channel:
        """A number on its way to be usable; it is there at once where `channel_ms` is 0."""
        number.provider, number.registered, number.verification = "360dialog", False, "VERIFIED"
        self.world.numbers.put(number)
        channel = self.world.channels.put(
            Channel(
                id=_made("CH", 6),
                client_id=client.id,
                phone_number_id=number.id,
                account_id=_account_id(number.waba_id),
                status=STEPS[0],
                is_permitted=is_permitted,
                made_at=self.world.now(),
            )
        )
        self._go_on(channel)
        return channel

    def new_number(self, name: str, phone: str) -> PhoneNumber:
        business: Business = assets.make_business(self.world, name)
        waba: Waba = assets.make_waba(self.world, business, name)
        return make_number(self.world, waba.id, phone, name, verified=True)

    def _go_on(self, channel: Channel) -> None:
        self.tell(EVENTS[channel.status], self.node(channel))
        if channel.status in USABLE:
            number = self.world.numbers.things[channel.phone_number_id]
            number.registered, number.onboarded_at = True, int(self.world.now())
            self.world.numbers.put(number)
            self.tell("channel_live", self.node(channel))
            return
        wait_s = self.world.settings.channel_ms / 1000
        if wait_s <= 0:
            return self._step(channel)
        asyncio.get_running_loop().call_later(wait_s, self._step, channel)

    def _step(self, channel: Channel) -> None:
        if channel.status in STEPS[:-1]:
            channel.status = STEPS[STEPS.index(channel.status) + 1]
            self.world.channels.put(channel)
            self._go_on(channel)

    def resume(self) -> None:
        for channel in self.world.channels:
            if channel.status in STEPS[:-1]:
                asyncio.get_running_loop().call_later(0.05, self._step, channel)

    # --- keys --------------------------------------------------------------------------------------------------------

    def new_key(self, channel: Channel) -> str:
        """(!) The old key dies, and the webhook with it."""
        channel.api_key, channel.key_id = _made("AK", 24), _made("", 8)
        self.drop_key_hooks(channel)
        return channel.api_key

    def drop_key(self, channel: Channel) -> None:
        channel.api_key = channel.key_id = ""
        self.drop_key_hooks(channel)

    def drop_key_hooks(self, channel: Channel) -> None:
        channel.hook_url, channel.hook_headers, channel.more_hooks = "", {}, []
        self.world.channels.put(channel)

    def by_key(self, key: str) -> Channel | None:
        return next((channel for channel in self.world.channels if key and channel.api_key == key), None)

    # --- telling the partner -----------------------------------------------------------------------------------------

    def tell(self, event: str, data: JSON) -> None:
        if not self.partner.webhook_url:
            return
        body = msgspec.json.encode({"id": f"evt_{_made('', 10)}", "event": event, "data": data})
        task = asyncio.get_running_loop().create_task(self._deliver(self.partner.webhook_url, body))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _deliver(self, url: str, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        if self.partner.platform_secret:
            headers["x-360dialog-signature"] = sign(self.partner.platform_secret, body)
        for attempt in range(TRIES):
            reached = await self.outgoing.call("POST", url, body=body, headers=headers)
            self.world.stats.webhooks_sent += 1
            self.world.stats.webhooks_retried += attempt > 0
            if 200 <= reached.status < 300:
                return
            await asyncio.sleep(AGAIN_S * 2**attempt * self.world.settings.retry_scale)
        self.world.stats.webhooks_given_up += 1

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def node(self, channel: Channel) -> dict[str, JSON]:
        world = self.world
        number = world.numbers.things[channel.phone_number_id]
        waba = world.wabas.things[number.waba_id]
        client = world.clients.things[channel.client_id]
        return {
            "id": channel.id,
            "client_id": channel.client_id,
            "project_id": None,
            "account_mode": "live",
            "status": channel.status,
            "current_limit": number.messaging_limit,
            "current_quality_rating": number.quality,
            "is_oba": False,
            "is_on_biz_app": number.on_biz_app,
            "created_at": _iso(channel.made_at),
            "setup_info": {
                "phone_number": number.phone,
                "phone_name": number.verified_name,
                "verification_method": "sms",
                "new_name_status": number.new_name_status,
            },
            "waba_account": {
                "id": channel.account_id,
                "external_id": waba.id,
                "fb_business_id": waba.business_id,
                "fb_account_status": "verified",
            },
            "client": {
                "id": client.id,
                "name": client.name,
                "partner_payload": client.partner_payload,
                "contact_info": {"email": client.email},
            },
            "integration": {"enabled": True, "app_id": world.app.id, "state": "running"},
        }


def client_node(client: Client) -> dict[str, JSON]:
    return {
        "id": client.id,
        "name": client.name,
        "status": "active",
        "max_channels": 1,
        "contact_info": {"email": client.email, "full_name": client.name},
        "partner_payload": client.partner_payload,
        "created_at": _iso(client.made_at),
    }


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _account_id(waba_id: str) -> str:
    return hashlib.sha256(waba_id.encode()).hexdigest()[:6] + "WA"


def _made(ending: str, length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length)) + ending


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
