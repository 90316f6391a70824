"""The messaging host: one key is one number, and no id stands in a path (reference §8–§13)."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from msgspec import Struct

from safarichat.sandbox.dialog360 import problems
from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.dialog360.problems import Refused
from safarichat.sandbox.dialog360.templates import TemplateShelf
from safarichat.sandbox.meta import blocking, media, nodes, numbers, storefront
from safarichat.sandbox.meta.errors import GraphError, envelope
from safarichat.sandbox.meta.sending import Sending
from safarichat.sandbox.meta.tokens import MANAGEMENT, Caller
from safarichat.sandbox.outgoing import is_loopback
from safarichat.sandbox.things import JSON, AccountHook, Channel, PhoneNumber, Waba
from safarichat.sandbox.wire import ENCODE, Answer, Asked, as_json, parameters
from safarichat.sandbox.world import World

LOOKASIDE = "https://lookaside.fbsbx.com"
ATTACHMENTS = "/whatsapp_business/attachments"
MISSES, MISSED_WITHIN_S = 20, 3600
MOST_MORE_HOOKS = 3
PROFILE, LEGACY = "whatsapp_business_profile", "/v1/configs/templates"
Given = dict[str, JSON]


class KeyHolder(Caller):
    """Who holds a channel's key reaches that number and its account, and nothing else."""

    def __init__(self, world: World, number: PhoneNumber) -> None:
        super().__init__(world)
        self.mine = number

    def may_reach(self, waba: Waba, scope: str) -> bool:
        return waba.id == self.mine.waba_id

    def number(self, number: PhoneNumber, scope: str = MANAGEMENT, method: str = "get") -> PhoneNumber:
        if number.id != self.mine.id:
            raise GraphError(100, "Object does not exist.", subcode=33, bare=True)
        return number


class Turn(Struct):
    asked: Asked
    channel: Channel
    number: PhoneNumber
    waba: Waba
    caller: KeyHolder
    given: Given


class Messaging:
    def __init__(
        self, world: World, channels: Channels, sending: Sending, templates: TemplateShelf, base_url: str
    ) -> None:
        self.world, self.channels, self.sending = world, channels, sending
        self.templates, self.base_url = templates, base_url

    async def answer(self, asked: Asked) -> Answer:
        try:
            return await self._answer(asked)
        except GraphError as error:
            return envelope(error)
        except Refused as refused:
            return problems.answer(refused, camel=self.world.settings.camel_errors)

    async def _answer(self, asked: Asked) -> Answer:
        channel = self.channels.by_key(asked.header("d360-api-key"))
        if channel is None:
            raise problems.NO_KEY
        if channel.is_disabled:
            raise problems.DISABLED
        number = self.world.numbers.things[channel.phone_number_id]
        given = parameters(asked)
        waba, caller = self.world.wabas.things[number.waba_id], KeyHolder(self.world, number)
        turn = Turn(asked, channel, number, waba, caller, given)
        if asked.path.startswith(ATTACHMENTS):
            return self._download(turn)
        done = self._deed(turn)()
        told = await done if isinstance(done, Awaitable) else done
        usage = ENCODE({waba.id: [{"type": "whatsapp", "call_count": 0, "total_cputime": 0, "total_time": 0}]}).decode()
        status = 201 if (asked.method, asked.path) == ("POST", LEGACY) else 200
        return as_json(told, status, {"facebook-api-version": "v25.0", "x-business-use-case-usage": usage})

    def _deed(self, turn: Turn) -> Callable[[], JSON | Awaitable[JSON]]:
        path, given, number = turn.asked.path.rstrip("/"), turn.given, turn.number
        deeds: dict[tuple[str, str], Callable[[], JSON | Awaitable[JSON]]] = {
            ("POST", "/messages"): lambda: self._send(turn),
            ("POST", "/marketing_messages"): lambda: self._send(turn, is_marketing=True),
            ("POST", "/media"): lambda: media.upload(self.world, number, given),
            ("GET", "/message_templates"): lambda: self.templates.listed(turn.waba, given),
            ("POST", "/message_templates"): lambda: self.templates.create(turn.waba, given),
            ("DELETE", "/message_templates"): lambda: self.templates.delete(turn.waba, given),
            ("GET", LEGACY): lambda: self.templates.legacy_listed(turn.waba, given),
            ("POST", LEGACY): lambda: self.templates.legacy_create(turn.waba, given),
            ("GET", "/v1/configs/webhook"): lambda: self._hook(turn),
            ("POST", "/v1/configs/webhook"): lambda: self._set_hook(turn),
            ("GET", "/waba_webhook"): lambda: self._account_hook(turn),
            ("POST", "/waba_webhook"): lambda: self._set_account_hook(turn),
            ("POST", "/multi_webhook"): lambda: self._more_hooks(turn),
            ("PUT", "/multi_webhook"): lambda: self._more_hooks(turn),
            ("GET", "/multi_webhook"): lambda: {"enabled": True, "destinations": turn.channel.more_hooks},
            ("GET", "/health_status"): lambda: self._health(turn),
            ("GET", f"/{PROFILE}"): lambda: numbers.read_profile(number, str(given.get("fields") or "")),
            ("POST", f"/{PROFILE}"): lambda: numbers.change_profile(self.world, number, given),
            ("GET", "/block_users"): lambda: blocking.listed(self.world, number, given, f"{self.base_url}{path}"),
            ("POST", "/block_users"): lambda: blocking.block(self.world, number, given),
            ("DELETE", "/block_users"): lambda: blocking.unblock(self.world, number, given),
            ("GET", "/conversational_automation"): lambda: storefront.automation(number),
            ("POST", "/conversational_automation"): lambda: storefront.change_automation(self.world, number, given),
        }
        deed = deeds.get((turn.asked.method, path))
        if deed is None and re.fullmatch(r"/\d+", path):
            return lambda: self._object(turn, path[1:])
        if deed is None and (found := re.fullmatch(r"/message_templates/(\d+)", path)):
            id = found[1]
            return lambda: self.templates.look_or_edit(turn.waba, turn.asked.method, id, given)
        if deed is None and turn.asked.method == "DELETE" and (found := re.fullmatch(rf"{LEGACY}/(\w+)", path)):
            name = found[1]
            return lambda: self.templates.delete(turn.waba, {"name": name})
        if deed is None:
            raise problems.NOT_FOUND
        return deed

    # --- messages and media ------------------------------------------------------------------------------------------

    async def _send(self, turn: Turn, is_marketing: bool = False) -> JSON:
        if turn.channel.is_unpaid:
            raise problems.UNPAID
        post = self.sending.post_marketing if is_marketing else self.sending.post
        return await post(turn.caller, turn.number, turn.given)

    def _object(self, turn: Turn, object_id: str) -> JSON:
        template = self.world.templates.get(object_id)
        if template is not None and template.waba_id == turn.waba.id and turn.asked.method == "GET":
            return nodes.template_node(template, str(turn.given.get("fields") or ""))
        self._may_fetch(turn.channel)
        try:
            kept = media.find(self.world, turn.caller, object_id, {}, turn.asked.method)
        except GraphError:
            self._missed(turn.channel)
            raise
        if turn.asked.method == "DELETE":
            self.world.media.drop(kept.id)
            return {"success": True}
        return media.node(self.world, kept, LOOKASIDE)

    def _download(self, turn: Turn) -> Answer:
        """(!) Only here, with the key: the address that the metadata tell names Meta's own host."""
        self._may_fetch(turn.channel)
        answer = media.download(self.world, turn.asked, True)
        if answer.status != 200:
            self._missed(turn.channel)
        return answer

    def _may_fetch(self, channel: Channel) -> None:
        now = self.world.now()
        channel.missed_media = [at for at in channel.missed_media if now - at < MISSED_WITHIN_S]
        if len(channel.missed_media) >= MISSES:
            raise Refused(429, "Too many failed media downloads: blocked for 30 minutes.")

    def _missed(self, channel: Channel) -> None:
        channel.missed_media.append(self.world.now())
        self.world.channels.put(channel)

    # --- webhooks ----------------------------------------------------------------------------------------------------

    def _hook(self, turn: Turn) -> JSON:
        return {"url": turn.channel.hook_url, "headers": turn.channel.hook_headers}

    def _set_hook(self, turn: Turn) -> JSON:
        turn.channel.hook_url, turn.channel.hook_headers = self._hook_given(turn)
        self.world.channels.put(turn.channel)
        if turn.given.get("override_all"):
            self.world.account_hooks.drop(turn.waba.id)
        return self._hook(turn)

    def _account_hook(self, turn: Turn) -> JSON:
        kept = self.world.account_hooks.get(turn.waba.id)
        return {"url": kept.url if kept else "", "headers": kept.headers if kept else {}}

    def _set_account_hook(self, turn: Turn) -> JSON:
        url, headers = self._hook_given(turn)
        self.world.account_hooks.put(AccountHook(id=turn.waba.id, url=url, headers=headers))
        if turn.given.get("override_all") is True:
            for number in self.world.waba_numbers(turn.waba.id):
                if channel := self.world.channel_of(number):
                    self.channels.drop_key_hooks(channel)
        return {"url": url, "headers": headers}

    def _hook_given(self, turn: Turn) -> tuple[str, dict[str, str]]:
        url, headers = str(turn.given.get("url") or ""), turn.given.get("headers") or {}
        parts = urlsplit(url)
        strict = self.world.settings.strict_urls or not is_loopback(url)
        if url and strict and (parts.scheme != "https" or parts.port or "_" in (parts.hostname or "")):
            raise Refused(400, "Webhook URL must be https, without a port and without an underscore in its host.")
        if not isinstance(headers, dict):
            raise Refused(400, "headers must be an object.")
        return url, {str(name): str(value) for name, value in headers.items()}

    def _more_hooks(self, turn: Turn) -> JSON:
        wanted = turn.given.get("destinations") or [{"name": turn.given.get("name"), "url": turn.given.get("url")}]
        told = [*turn.channel.more_hooks, *wanted]
        if len(told) > MOST_MORE_HOOKS:
            raise Refused(400, "At most 3 destinations are possible.")
        turn.channel.more_hooks = told
        self.world.channels.put(turn.channel)
        return {"enabled": True, "destinations": told}

    # --- the number --------------------------------------------------------------------------------------------------

    def _health(self, turn: Turn) -> JSON:
        wanted = str(turn.given.get("fields") or "health_status")
        return nodes.number_node(self.world, turn.number, wanted)
