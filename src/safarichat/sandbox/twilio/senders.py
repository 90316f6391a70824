"""Senders: a WhatsApp number on its way to Twilio, its webhooks and its profile (reference §11, §12)."""

import asyncio
import re
from collections.abc import Callable

from safarichat.sandbox import ids, phones
from safarichat.sandbox.meta import assets
from safarichat.sandbox.meta.numbers import make_number
from safarichat.sandbox.things import JSON, PhoneNumber, Waba
from safarichat.sandbox.twilio import problems
from safarichat.sandbox.twilio.accounts import Accounts
from safarichat.sandbox.twilio.addresses import PHONE, PREFIX, numbers
from safarichat.sandbox.twilio.problems import Refused
from safarichat.sandbox.twilio.profiles import check_profile
from safarichat.sandbox.twilio.things import Account, Sender, sid
from safarichat.sandbox.twilio.turns import NOTHING, Table, Turn, by_meta, first, page
from safarichat.sandbox.wire import Answer, as_json
from safarichat.sandbox.world import World

PATH = "/v2/Channels/Senders"
USABLE = ("ONLINE", "ONLINE:UPDATING")
STATUSES = (*USABLE, "CREATING", "PENDING_VERIFICATION", "VERIFYING", "TWILIO_REVIEW", "OFFLINE", "DRAFT", "STUBBED")
METHODS = ("sms", "voice")
HOOK_FIELDS = ("callback_url", "fallback_url", "status_callback_url")
HOOK_METHODS = ("callback_method", "fallback_method", "status_callback_method")
QUALITIES = {"GREEN": "HIGH", "YELLOW": "MEDIUM", "RED": "LOW", "UNKNOWN": "UNKNOWN"}
SECTIONS = ("configuration", "webhook", "profile")


class Senders:
    def __init__(self, world: World, accounts: Accounts, base_url: str) -> None:
        self.world, self.kept, self.accounts, self.base_url = world, world.twilio, accounts, base_url

    def table(self) -> Table:
        one = PATH + r"/(XE[0-9a-f]{32})"
        return [
            ("GET", PATH, self._list),
            ("POST", PATH, self._create),
            ("GET", one, self._fetch),
            ("POST", one, self._change),
            ("DELETE", one, self._drop),
        ]

    # --- without the API ---------------------------------------------------------------------------------------------

    def make_ready(self, account: Account, waba: Waba, phone: str, name: str) -> Sender:
        """An account's number that may send at once."""
        number = make_number(self.world, waba.id, phone, name, verified=True)
        sender = self._made(account, number, {"name": name})
        self._come_online(sender)
        return sender

    def make_waba(self, name: str) -> Waba:
        return assets.make_waba(self.world, assets.make_business(self.world, name), name)

    def resume(self) -> None:
        for sender in self.kept.senders:
            if sender.status in ("CREATING", "VERIFYING", "ONLINE:UPDATING"):
                self._later(self._come_online, sender)

    # --- over the API ------------------------------------------------------------------------------------------------

    def _list(self, turn: Turn) -> Answer:
        if first(turn.query, "Channel") != "whatsapp":
            raise Refused(20001, "Channel is required")
        mine = [sender for sender in self.kept.senders if sender.account == turn.account.id]
        return by_meta(page(turn, mine, self.node, default_size=20), "senders", f"{self.base_url}{PATH}")

    def _create(self, turn: Turn) -> Answer:
        given = turn.json()
        address = str(given.get("sender_id") or "")
        phone = address.removeprefix(PREFIX)
        if not address.startswith(PREFIX) or not PHONE.fullmatch(phone):
            raise Refused(63100, "sender_id must be whatsapp: and a telephone number")
        hook, profile = _webhook(given), check_profile(given)
        if not profile.get("name"):
            raise Refused(63100, "profile.name is required")
        configuration = _section(given, "configuration")
        method = str(configuration.get("verification_method") or "")
        if method and method not in METHODS:
            raise Refused(63100, "verification_method must be sms or voice")
        waba = self._waba(turn.account, str(configuration.get("waba_id") or ""))
        number = self._number(waba, phones.digits(phone), str(profile["name"]))
        sender = self._made(turn.account, number, profile)
        sender.webhook, sender.method = hook, method
        self._later(self._created, self.kept.senders.put(sender))
        return as_json(self.node(sender), 202)

    def _waba(self, account: Account, waba_id: str) -> Waba:
        """(!) It has to be shared with Twilio, by the partner's solution, and can be in one account only."""
        mine = [self.world.numbers.things[each.phone_number_id].waba_id for each in self.kept.senders
                if each.account == account.id]  # fmt: skip
        waba = self.world.wabas.get(waba_id or (mine[0] if mine else ""))
        if waba is None:
            raise Refused(63101, "it does not exist")
        if waba.id not in mine and self.accounts.operators.solution_id not in waba.solutions:
            raise Refused(63101, "it is not shared with Twilio")
        if any(each.account != account.id for each in self.kept.senders if self._waba_id(each) == waba.id):
            raise Refused(63101, "it is linked to another account")
        return waba

    def _number(self, waba: Waba, phone: str, name: str) -> PhoneNumber:
        number = self.world.number(phone)
        if number is None:
            return make_number(self.world, waba.id, phone, name, verified=False)
        if number.waba_id != waba.id or number.registered or number.on_biz_app or self.kept.sender_of(number.id):
            raise Refused(63110)
        return number

    def _fetch(self, turn: Turn, sender_sid: str) -> Answer:
        return as_json(self.node(self._mine(turn, sender_sid)))

    def _change(self, turn: Turn, sender_sid: str) -> Answer:
        """(!) The answer tells the sections that were changed; the others are null."""
        sender, given = self._mine(turn, sender_sid), turn.json()
        if not any(name in given for name in SECTIONS):
            raise Refused(63100, f"one of {', '.join(SECTIONS)} is required")
        number = self.world.numbers.things[sender.phone_number_id]
        hook, profile = _webhook(given), check_profile(given)
        if profile.get("name", number.verified_name) != number.verified_name and number.name_status == "DECLINED":
            raise Refused(63124)
        sender.webhook = {**sender.webhook, **hook} if "webhook" in given else sender.webhook
        sender.profile |= profile
        number.verified_name = str(profile.get("name") or number.verified_name)
        self.world.numbers.put(number)
        self._configure(sender, number, _section(given, "configuration"))
        if sender.status == "ONLINE":
            sender.status = "ONLINE:UPDATING"
            self._later(self._come_online, sender)
        told = self.node(self.kept.senders.put(sender))
        untouched = {name: None for name in (*SECTIONS, "properties") if name not in given}
        return as_json(told | untouched, 202)

    def _configure(self, sender: Sender, number: PhoneNumber, wanted: dict[str, JSON]) -> None:
        """A code proves the number; a method asks for another code."""
        if sender.status != "PENDING_VERIFICATION":
            return
        if code := str(wanted.get("verification_code") or ""):
            sender.status = "VERIFYING"
            self._later(self._verified, sender, code)
        elif method := str(wanted.get("verification_method") or ""):
            if method not in METHODS:
                raise Refused(63100, "verification_method must be sms or voice")
            sender.method = method
            self._send_code(number)

    def _drop(self, turn: Turn, sender_sid: str) -> Answer:
        sender = self._mine(turn, sender_sid)
        number = self.world.numbers.things[sender.phone_number_id]
        number.registered = False
        self.world.numbers.put(number)
        self.kept.senders.drop(sender.id)
        self.world.version += 1
        return NOTHING

    def _mine(self, turn: Turn, sender_sid: str) -> Sender:
        sender = self.kept.senders.get(sender_sid)
        if sender is None or sender.account != turn.account.id:
            raise Refused(20404)
        return sender

    # --- from state to state -----------------------------------------------------------------------------------------

    def _made(self, account: Account, number: PhoneNumber, profile: dict[str, JSON]) -> Sender:
        sender = Sender(id=sid("XE"), account=account.id, phone_number_id=number.id, profile=dict(profile))
        return self.kept.senders.put(sender)

    def _created(self, sender: Sender) -> None:
        if not self._is_still(sender, "CREATING"):
            return
        number = self.world.numbers.things[sender.phone_number_id]
        if number.verification == "VERIFIED":
            return self._come_online(sender)
        sender.status = "PENDING_VERIFICATION"
        self._send_code(number)
        self.kept.senders.put(sender)

    def _send_code(self, number: PhoneNumber) -> None:
        number.code = ids.pin()
        self.world.numbers.put(number)

    def _verified(self, sender: Sender, code: str) -> None:
        if not self._is_still(sender, "VERIFYING"):
            return
        number = self.world.numbers.things[sender.phone_number_id]
        if code != number.code:
            sender.status = "PENDING_VERIFICATION"
            self.kept.senders.put(sender)
            return
        number.verification, number.code = "VERIFIED", ""
        self._come_online(sender)

    def _come_online(self, sender: Sender) -> None:
        if sender.id not in self.kept.senders.things:
            return
        number = self.world.numbers.things[sender.phone_number_id]
        number.provider, number.registered = "twilio", True
        number.onboarded_at = number.onboarded_at or int(self.world.now())
        sender.status = "ONLINE"
        self.world.numbers.put(number)
        self.kept.senders.put(sender)
        self.world.version += 1

    def _is_still(self, sender: Sender, status: str) -> bool:
        return sender.id in self.kept.senders.things and sender.status == status

    def _later(self, act: Callable[..., None], *arguments: object) -> None:
        asyncio.get_running_loop().call_later(self.world.settings.channel_ms / 1000, act, *arguments)

    # --- as JSON -----------------------------------------------------------------------------------------------------

    def standing(self, sender: Sender) -> str:
        return standing(sender, self.world.numbers.things[sender.phone_number_id])

    def node(self, sender: Sender) -> dict[str, JSON]:
        number = self.world.numbers.things[sender.phone_number_id]
        status = self.standing(sender)
        return {
            "sid": sender.id,
            "status": status,
            "sender_id": numbers(number),
            "configuration": {
                "waba_id": number.waba_id,
                "verification_method": sender.method or None,
                "verification_code": None,
                "voice_application_sid": None,
                "account_type": None,
            },
            "webhook": {name: sender.webhook.get(name) or None for name in HOOK_FIELDS}
            | {name: sender.webhook.get(name, "POST") for name in HOOK_METHODS},
            "profile": sender.profile,
            "compliance": None,
            "properties": _properties(number) if status in USABLE else None,
            "offline_reasons": _reasons(number.offline_reason) if status == "OFFLINE" else None,
            "url": f"{self.base_url}{PATH}/{sender.id}",
        }

    def _waba_id(self, sender: Sender) -> str:
        return self.world.numbers.things[sender.phone_number_id].waba_id


def standing(sender: Sender, number: PhoneNumber) -> str:
    """A number with a reason to be offline is offline, whatever it was about to become."""
    is_lost = sender.status in USABLE and not number.registered
    return "OFFLINE" if number.offline_reason or is_lost else sender.status


def _properties(number: PhoneNumber) -> dict[str, JSON]:
    tier = number.messaging_limit.removeprefix("TIER_")
    limit = "Unlimited" if tier == "UNLIMITED" else f"{tier} Customers/24hr"
    return {"quality_rating": QUALITIES.get(number.quality, "UNKNOWN"), "messaging_limit": limit}


def _reasons(code: str) -> list[JSON] | None:
    """The pretend world may give a word instead of a code; Twilio has codes only."""
    if not code:
        return None
    number = int(code) if code.isdigit() else 63020
    told = {"code": str(number), "message": problems.title(number) if code.isdigit() else code}
    return [{**told, "more_info": f"https://www.twilio.com/docs/api/errors/{number}"}]


def _section(given: dict[str, JSON], name: str) -> dict[str, JSON]:
    section = given.get(name)
    if section is not None and not isinstance(section, dict):
        raise Refused(63100, f"{name} must be an object")
    return section or {}


def _webhook(given: dict[str, JSON]) -> dict[str, str]:
    hook = _section(given, "webhook")
    for name, value in hook.items():
        if name in HOOK_FIELDS and value and not re.match(r"https?://[^/]", str(value)):
            raise Refused(63100, f"{name} must be an address")
        if name in HOOK_METHODS and value not in (None, "POST", "PUT"):
            raise Refused(63100, f"{name} must be POST or PUT")
    return {
        name: str(value) for name, value in hook.items() if name in (*HOOK_FIELDS, *HOOK_METHODS) and value is not None
    }
