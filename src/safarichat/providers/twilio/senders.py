"""WhatsApp senders at Twilio: reading one, its states, its webhook and its making (reference §11)."""

import re
from collections.abc import Mapping
from urllib.parse import urldefrag, urlsplit

from safarichat.providers.cloud_api.loose import digits, mapping, mappings, text, whole
from safarichat.providers.shapes import JSON, Answer, Call, Number, Platform, Problem, Reply, Talk
from safarichat.providers.twilio import problems
from safarichat.providers.twilio.addresses import CHANNEL, bare, number_id, phone_of
from safarichat.providers.twilio.profiles import profile_of
from safarichat.providers.twilio.rest import Account, Listed, ask, messaging, node, pages
from safarichat.providers.twilio.webhooks import own_address

PATH = "v2/Channels/Senders"
ONLINE = ("ONLINE", "ONLINE:UPDATING")
BEING_MADE = ("CREATING", "VERIFYING", "STUBBED")
PENDING, REVIEW, OFFLINE = "PENDING_VERIFICATION", "TWILIO_REVIEW", "OFFLINE"
_QUALITIES = {"HIGH": "GREEN", "MEDIUM": "YELLOW", "LOW": "RED"}
_LIMIT = re.compile(r"(\d+)\s*(K?)\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
Sender = Mapping[str, JSON]


# --- asking ----------------------------------------------------------------------------------------------------------


def call(platform: Platform, account: Account, name: str, method: str, sid: str = "", json: JSON = None) -> Call:
    return messaging(platform, account, name, method, f"{PATH}/{sid}" if sid else PATH, json=json)


def listing(platform: Platform, account: Account) -> Talk[Listed]:
    query = {"Channel": "whatsapp", "PageSize": "100"}
    found = yield from pages(messaging(platform, account, "list senders", "GET", PATH, query=query), "senders")
    return Listed([plain(each) for each in found.items], found.failure)


def find(platform: Platform, account: Account, number: Number) -> Talk[tuple[dict[str, JSON], Answer | None]]:
    """The number's sender, and else the answer that says why not; neither: it is not in the list."""
    sid = str(number.facts.get("channel_id") or "")
    if sid:
        answer = yield from ask(call(platform, account, "read sender", "GET", sid))
        if found := plain(node(answer)):
            return found, None
        if not (isinstance(answer, Reply) and answer.status == 404):  # else it may have been made anew
            return {}, answer
    listed = yield from listing(platform, account)
    mine = next((each for each in listed.items if phone_in(each) == phone_of(number)), {})
    return dict(mine), None if mine else listed.failure


def plain(told: Mapping[str, JSON]) -> dict[str, JSON]:
    """(!) Twilio's documents show its names in two ways: `sender_id` and `senderId`."""
    return {_CAMEL.sub(r"_\1", name).lower(): _plain(value) for name, value in told.items()}


def _plain(value: JSON) -> JSON:
    match value:
        case dict():
            return plain(value)
        case list():
            return [_plain(each) for each in value]
    return value


# --- what it says ----------------------------------------------------------------------------------------------------


def phone_in(sender: Sender) -> str:
    return digits(bare(text(sender, "sender_id")))


def status_of(sender: Sender) -> str:
    return text(sender, "status").upper()


def is_online(sender: Sender) -> bool:
    return status_of(sender) in ONLINE


def facts_of(sender: Sender) -> dict[str, JSON]:
    """By the names of `Health.facts`; only what is told, so that a short answer erases nothing."""
    phone, properties = phone_in(sender), mapping(sender, "properties")
    told: dict[str, JSON] = {
        "channel_id": text(sender, "sid"),
        "channel_status": status_of(sender),
        "phone_number_id": number_id(phone),
        "phone_number": phone,
        "display_phone_number": f"+{phone}" if phone else "",
        "waba_id": text(mapping(sender, "configuration"), "waba_id"),
        "verified_name": text(mapping(sender, "profile"), "name"),
        "quality_rating": _QUALITIES.get(text(properties, "quality_rating").upper(), ""),
        "messaging_limit": _limit(text(properties, "messaging_limit")),
        "hook_url": urldefrag(text(mapping(sender, "webhook"), "callback_url"))[0],
        "profile": profile_of(mapping(sender, "profile")),
    }
    return {name: value for name, value in told.items() if value}


def _limit(told: str) -> str:
    """“10K Customers/24hr” in Meta's words."""
    if "unlimited" in told.lower():
        return "TIER_UNLIMITED"
    found = _LIMIT.match(told.strip())
    return f"TIER_{found[1]}{found[2].upper()}" if found else ""


def problem_of(sender: Sender) -> Problem | None:
    """Why it can't be used as it is; None when it is online."""
    match status_of(sender):
        case "ONLINE" | "ONLINE:UPDATING":
            return None
        case "OFFLINE":
            reason = next(iter(mappings(sender, "offline_reasons")), {})
            return problems.offline_because(whole(reason, "code"), text(reason, "message"))
        case "TWILIO_REVIEW":
            return problems.IN_REVIEW
        case "PENDING_VERIFICATION":
            return problems.NOT_VERIFIED
        case status if status in BEING_MADE:
            return problems.BEING_MADE
        case status:
            return problems.offline_because(None, status)


# --- its webhook -----------------------------------------------------------------------------------------------------


def hook_body(hook_url: str) -> Mapping[str, JSON]:
    """One address for what customers write and for statuses. Twilio repeats what failed only if the address says so."""
    address = own_address(hook_url)
    return {
        "callback_url": address,
        "callback_method": "POST",
        "status_callback_url": address,
        "status_callback_method": "POST",
    }


def hook_problem(sender: Sender, hook_url: str) -> Problem | None:
    """How the addresses that stand at the sender differ from ours."""
    webhook = mapping(sender, "webhook")
    url = urldefrag(text(webhook, "callback_url"))[0]
    if not url:
        return problems.HOOK_MISSING
    if url != hook_url:
        return problems.HOOK_ELSEWHERE
    if text(webhook, "callback_method").upper() not in ("", "POST"):
        return problems.HOOK_METHOD
    if urldefrag(text(webhook, "status_callback_url"))[0] != hook_url:
        return problems.STATUS_HOOK_MISSING
    return None


def address_problem(url: str) -> Problem | None:
    return problems.ADDRESS_REFUSED if "_" in (urlsplit(url).hostname or "") else None


# --- making one ------------------------------------------------------------------------------------------------------


def new(phone: str, waba_id: str, name: str, hook_url: str) -> Mapping[str, JSON]:
    return {
        "sender_id": f"{CHANNEL}+{phone}",
        "configuration": {"waba_id": waba_id, "verification_method": "sms"},
        "webhook": hook_body(hook_url),
        **({"profile": {"name": name}} if name else {}),
    }
