"""The hub's API for partners (reference §3–§5)."""

import re
import secrets
import time
from collections import deque
from collections.abc import Callable

import msgspec

from safarichat.sandbox.dialog360 import problems
from safarichat.sandbox.dialog360.channels import USABLE, Channels, client_node
from safarichat.sandbox.dialog360.problems import Refused
from safarichat.sandbox.dialog360.templates import legacy_template
from safarichat.sandbox.things import JSON, Channel
from safarichat.sandbox.wire import Answer, Asked, as_json, parameters
from safarichat.sandbox.world import World

CALLS, WITHIN_S = 5, 30.0
Deed = Callable[..., tuple[int, JSON]]


class Hub:
    def __init__(self, world: World, channels: Channels, messaging_url: str) -> None:
        self.world, self.channels, self.messaging_url = world, channels, messaging_url
        self.calls: deque[float] = deque()
        self.logins: set[str] = set()

    async def answer(self, asked: Asked) -> Answer:
        try:
            return self._answer(asked)
        except Refused as refused:
            return problems.answer(refused, camel=self.world.settings.camel_errors)

    def _answer(self, asked: Asked) -> Answer:
        given = parameters(asked)
        path = asked.path.removeprefix("/api/v2").rstrip("/")
        if (asked.method, path) == ("POST", "/token"):
            return self._token(given)
        self._authenticate(asked)
        self._slow_down()
        found = re.fullmatch(r"/partners/([^/]+)(/.*)?", path)
        if found is None or found[1] != self.channels.partner.id:
            raise Refused(403, f"Permission denied for partner {found[1] if found else ''}")
        deed, names = self._deed(asked.method, found[2] or "")
        status, told = deed(given, *names)
        return as_json(told, status)

    def _token(self, given: dict[str, JSON]) -> Answer:
        if given.get("password") != self.channels.partner.api_key:
            return as_json({"error": "invalid_grant", "error_description": "Wrong user name or password."}, 403)
        token = secrets.token_urlsafe(24)
        self.logins.add(token)
        told = {"access_token": token, "refresh_token": secrets.token_urlsafe(24), "token_type": "Bearer"}
        return as_json({**told, "expires_in": 3600})

    def _authenticate(self, asked: Asked) -> None:
        bearer = asked.header("authorization").removeprefix("Bearer ").strip()
        if asked.header("x-api-key") != self.channels.partner.api_key and bearer not in self.logins:
            raise problems.NO_KEY

    def _slow_down(self) -> None:
        if not self.world.settings.rates:
            return
        now = time.monotonic()
        while self.calls and now - self.calls[0] > WITHIN_S:
            self.calls.popleft()
        if len(self.calls) >= CALLS:
            raise problems.HUB_LIMIT
        self.calls.append(now)

    def _deed(self, method: str, path: str) -> tuple[Deed, tuple[str, ...]]:
        """What is to be done, and the ids in its path."""
        table: list[tuple[str, str, Deed]] = [
            ("GET", "", self._partner),
            ("PATCH", "", self._change_partner),
            ("GET", "/webhook_url", self._partner_hook),
            ("POST", "/webhook_url", self._change_partner),
            ("GET", "/clients", self._clients),
            ("PATCH", "/clients/([^/]+)", self._change_client),
            ("GET", "/clients/([^/]+)/info/balance", self._balance),
            ("GET", "/channels", self._channels),
            ("GET", "/channels/([^/]+)", self._channel),
            ("POST", "/channels/([^/]+)/api_keys", self._new_key),
            ("GET", "/channels/([^/]+)/api_keys", self._keys),
            ("DELETE", "/channels/([^/]+)/api_keys", self._drop_key),
            ("POST", "/clients/[^/]+/channels/([^/]+)/control/cancellation_request", self._cancel),
            ("POST", "/clients/[^/]+/channels/([^/]+)/control/reactivate", self._reactivate),
            ("POST", "/account_sharing/clients", self._shared_client),
            ("POST", "/account_sharing/numbers", self._shared_number),
            ("GET", "/waba_accounts/([^/]+)/waba_templates", self._templates),
        ]
        for known, pattern, deed in table:
            if known == method and (found := re.fullmatch(pattern, path)):
                return deed, found.groups()
        raise problems.NOT_FOUND

    # --- the partner -------------------------------------------------------------------------------------------------

    def _partner(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        partner = self.channels.partner
        told = {"id": partner.id, "brand_name": "SafariChat", "partner_redirect_url": partner.redirect_url}
        return 200, {**told, "webhook_url": partner.webhook_url, "payment_plan": "regular"}

    def _change_partner(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        partner = self.channels.partner
        partner.webhook_url = str(given.get("webhook_url", partner.webhook_url) or "")
        partner.redirect_url = str(given.get("partner_redirect_url", partner.redirect_url) or "")
        self.world.partners.put(partner)
        return self._partner(given)

    def _partner_hook(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        return 200, {"webhook_url": self.channels.partner.webhook_url}

    # --- clients and channels ----------------------------------------------------------------------------------------

    def _clients(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        return 200, _listed("clients", [client_node(client) for client in self.world.clients], given)

    def _change_client(self, given: dict[str, JSON], client_id: str) -> tuple[int, JSON]:
        client = self.world.clients.get(client_id)
        if client is None:
            raise problems.NOT_FOUND
        client.partner_payload = str(given.get("partner_payload", client.partner_payload))
        self.world.clients.put(client)
        return 200, client_node(client)

    def _balance(self, given: dict[str, JSON], client_id: str) -> tuple[int, JSON]:
        if client_id not in self.world.clients.things:
            raise problems.NOT_FOUND
        return 200, {"balance": 120.5, "currency": "EUR", "estimated_template_cost": 0.04, "usage": []}

    def _channels(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        return 200, _listed("partner_channels", [self.channels.node(each) for each in self.world.channels], given)

    def _channel(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        return 200, self.channels.node(self._known(channel_id))

    def _known(self, channel_id: str) -> Channel:
        channel = self.world.channels.get(channel_id)
        if channel is None:
            raise problems.NOT_FOUND
        return channel

    # --- keys --------------------------------------------------------------------------------------------------------

    def _new_key(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        channel = self._allowed(channel_id)
        if channel.status not in USABLE:
            raise Refused(400, f"Channel {channel.id} is not running yet.")
        key = self.channels.new_key(channel)
        return 201, {"id": channel.key_id, "address": self.messaging_url, "api_key": key, "app_id": self.world.app.id}

    def _keys(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        channel = self._allowed(channel_id)
        return 200, {"api_keys": [{"id": channel.key_id, "address": self.messaging_url}] if channel.key_id else []}

    def _drop_key(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        self.channels.drop_key(self._allowed(channel_id))
        return 200, {"meta": {"success": True}}

    def _allowed(self, channel_id: str) -> Channel:
        channel = self._known(channel_id)
        if not channel.is_permitted:
            raise Refused(403, f"Permission denied for partner {self.channels.partner.id}")
        return channel

    # --- coming and going --------------------------------------------------------------------------------------------

    def _cancel(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        channel = self._known(channel_id)
        event = "cancellation_request" if given.get("enabled") is not False else "cancellation_revoke"
        self.channels.tell(event, self.channels.node(channel))
        return 200, self.channels.node(channel)

    def _reactivate(self, given: dict[str, JSON], channel_id: str) -> tuple[int, JSON]:
        channel = self._known(channel_id)
        channel.status = "running"
        self.world.channels.put(channel)
        return 200, self.channels.node(channel)

    def _shared_client(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        if not given.get("name") or not given.get("email"):
            raise Refused(400, "name and email are required.")
        client = self.channels.make_client(str(given["name"]), str(given["email"]))
        return 201, {"client_id": client.id}

    def _shared_number(self, given: dict[str, JSON]) -> tuple[int, JSON]:
        """A number that Meta's Embedded Signup shared with our solution becomes a channel."""
        client = self.world.clients.get(str(given.get("client_id") or ""))
        waba = self.world.wabas.get(str(given.get("waba_external_id") or ""))
        if client is None or waba is None:
            raise Refused(404, "Client or WABA not found.")
        if str(given.get("solution_id") or "") != self.channels.partner.solution_id:
            raise Refused(403, "The WABA is not shared with this solution.")
        wanted = str(given.get("channel_external_id") or "")
        number = next((n for n in self.world.waba_numbers(waba.id) if wanted in ("", n.id)), None)
        if number is None:
            raise Refused(404, "The phone number was not found in the WABA.")
        existing = self.world.channel_of(number)
        channel = existing or self.channels.make_channel(client, number)
        return 201, {"id": channel.id, "client_id": client.id, "status": channel.status}

    def _templates(self, given: dict[str, JSON], account_id: str) -> tuple[int, JSON]:
        channel = next((each for each in self.world.channels if each.account_id == account_id), None)
        if channel is None:
            raise problems.NOT_FOUND
        number = self.world.numbers.things[channel.phone_number_id]
        found = [legacy_template(template) for template in self.world.waba_templates(number.waba_id)]
        return 200, _listed("waba_templates", found, given)


def _listed(name: str, found: list[dict[str, JSON]], given: dict[str, JSON]) -> dict[str, JSON]:
    """`filters` is a JSON object; a key may name something further down: `setup_info.phone_number`."""
    filters = _decoded(given.get("filters"))
    kept = [each for each in found if all(_at(each, key) == value for key, value in filters.items())]
    limit, offset = int(given.get("limit") or 50), int(given.get("offset") or 0)
    page = kept[offset : offset + limit]
    told = {"count": len(page), "filters": filters, "limit": limit, "offset": offset, "total": len(kept)}
    return {**told, "sort": ["id"], name: page}


def _decoded(filters: JSON) -> dict[str, JSON]:
    try:
        decoded = msgspec.json.decode(filters) if isinstance(filters, str) and filters else filters or {}
    except msgspec.DecodeError:
        raise Refused(400, "filters must be a JSON object.") from None
    return decoded if isinstance(decoded, dict) else {}


def _at(node: JSON, key: str) -> JSON:
    for part in key.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node
