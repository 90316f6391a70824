"""Puts business numbers into states, and tells the webhooks that the provider would send (contract §10)."""

from collections.abc import Callable

from safarichat.sandbox import phones
from safarichat.sandbox.meta import assets
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Override, PhoneNumber
from safarichat.sandbox.world import World

# Numbers the British regulator keeps free for fiction: mobiles, then London.
FREE = [f"447700900{n:03d}" for n in range(1000)] + [f"442079460{n:03d}" for n in range(1000)]
TIERS = {"TIER_50": 50, "TIER_250": 250, "TIER_1K": 1000, "TIER_2K": 2000, "TIER_10K": 10_000, "TIER_100K": 100_000}
NAME_DECISIONS = {"APPROVED": "APPROVED", "DECLINED": "REJECTED", "PENDING_REVIEW": "PENDING"}

Change = Callable[[World, Webhooks, PhoneNumber, JSON], None]


def free_phone(world: World) -> str:
    taken = {number.phone for number in world.numbers}
    return next((phone for phone in FREE if phone not in taken), f"4477009{len(taken):05d}")


def shown(world: World, number: PhoneNumber) -> dict[str, JSON]:
    """`code` is what the SMS said, when one was asked for."""
    waba = world.wabas.things[number.waba_id]
    return {
        "provider": number.provider,
        "phone_number_id": number.id,
        "waba_id": number.waba_id,
        "phone_number": f"+{number.phone}",
        "display_phone_number": number.display,
        "verified_name": number.verified_name,
        "registered": number.registered,
        "code_verification_status": number.verification,
        "code": number.code,
        "pin_set": bool(number.pin),
        "quality_rating": number.quality,
        "messaging_limit": number.messaging_limit,
        "throughput": number.throughput,
        "name_status": number.name_status,
        "payment": number.payment,
        "restricted": number.restricted,
        "on_biz_app": number.on_biz_app,
        "override_callback_uri": number.override.url,
        "subscribed": world.app_of(number).id in waba.subscribed,
    }


def put_into(world: World, webhooks: Webhooks, number: PhoneNumber, wanted: dict[str, JSON]) -> str:
    """Answers what is wrong with the wish; "" when all was done."""
    for key in wanted:
        if key not in CHANGES:
            return f"{key} is not a state; there are: {', '.join(sorted(CHANGES))}"
    for key, value in wanted.items():
        CHANGES[key](world, webhooks, number, value)
    world.numbers.put(number)
    world.version += 1
    return ""


def _registered(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.registered = bool(value)


def _verification(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.verification = str(value)


def _pin(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.pin = str(value or "")
    number.wrong_pins = []
    _tell(world, webhooks, number, "security", {"event": "PIN_CHANGED"})


def _quality(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    worse = ["GREEN", "YELLOW", "RED"]
    before, number.quality = number.quality, str(value).upper()
    if number.quality == before:
        return
    fell = number.quality in worse and before in worse and worse.index(number.quality) > worse.index(before)
    event = "FLAGGED" if fell or number.quality == "RED" else "UNFLAGGED"
    _tell(world, webhooks, number, "phone_number_quality_update", _limits(number) | {"event": event})


def _messaging_limit(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    before, number.messaging_limit = number.messaging_limit, str(value).upper()
    order = [*TIERS, "TIER_UNLIMITED"]
    known = before in order and number.messaging_limit in order
    event = "DOWNGRADE" if known and order.index(number.messaging_limit) < order.index(before) else "UPGRADE"
    limits = _limits(number) | {"event": event, "old_limit": before}
    _tell(world, webhooks, number, "phone_number_quality_update", limits)
    most = {"max_daily_conversations_per_business": number.messaging_limit, "max_phone_numbers_per_business": 20}
    webhooks.tell(world.wabas.things[number.waba_id], "business_capability_update", dict(most))


def _throughput(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    rises = str(value).upper() == "HIGH" and number.throughput != "HIGH"
    number.throughput = str(value).upper()
    if rises:
        event = _limits(number) | {"event": "THROUGHPUT_UPGRADE"}
        _tell(world, webhooks, number, "phone_number_quality_update", event)


def _name_status(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.name_status = str(value).upper()
    requested = number.new_name or number.verified_name
    if number.name_status == "APPROVED":
        number.verified_name, number.new_name, number.new_name_status = requested, "", "NONE"
    decision = NAME_DECISIONS.get(number.name_status, "DEFERRED")
    reason = "NAME_NOT_CONSISTENT" if decision == "REJECTED" else None
    told: dict[str, JSON] = {"decision": decision, "requested_verified_name": requested, "rejection_reason": reason}
    _tell(world, webhooks, number, "phone_number_name_update", told)


def _payment(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.payment = bool(value)


def _restricted(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """True, a restriction type, or false to lift it."""
    number.restricted = "RESTRICTED_BIZ_INITIATED_MESSAGING" if value is True else str(value or "")
    waba = world.wabas.things[number.waba_id]
    if number.restricted:
        info = [{"restriction_type": number.restricted, "expiration": int(world.now()) + 7 * 24 * 3600}]
        webhooks.tell(waba, "account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": info})
    else:
        webhooks.tell(waba, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}})


def _subscribed(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    waba = world.wabas.things[number.waba_id]
    if value:
        waba.subscribed.setdefault(world.app_of(number).id, Override())
    else:
        waba.subscribed.pop(world.app_of(number).id, None)
    world.wabas.put(waba)


def _shared(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """The customer takes the app's access away, or grants it again."""
    act = assets.share if value else assets.unshare
    act(world, webhooks, world.wabas.things[number.waba_id], world.app_of(number))


def _fields(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    app = world.app_of(number)
    if app.subscription is not None:
        app.subscription.fields = [str(name) for name in value or []]
        world.apps.put(app)


def _override(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.override = Override(url=str(value or ""))


def _offline_reason(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.offline_reason = str(value or "")


def _on_biz_app(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """The number stays in the WhatsApp Business app too, from now on."""
    number.on_biz_app = bool(value)
    if number.on_biz_app:
        number.registered, number.onboarded_at, number.synced = True, int(world.now()), []


def _shares_history(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.shares_history = bool(value)


def _shared_by(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.shared_by = [str(waba_id) for waba_id in value or []]


def _limits(number: PhoneNumber) -> dict[str, JSON]:
    tier = number.messaging_limit
    return {"current_limit": tier, "max_daily_conversations_per_business": tier}


def _tell(world: World, webhooks: Webhooks, number: PhoneNumber, field: str, value: dict[str, JSON]) -> None:
    waba = world.wabas.things[number.waba_id]
    webhooks.tell(waba, field, {"display_phone_number": phones.digits(number.display)} | value, number)


CHANGES: dict[str, Change] = {
    "registered": _registered,
    "code_verification_status": _verification,
    "pin": _pin,
    "quality_rating": _quality,
    "messaging_limit": _messaging_limit,
    "throughput": _throughput,
    "name_status": _name_status,
    "payment": _payment,
    "restricted": _restricted,
    "subscribed": _subscribed,
    "shared": _shared,
    "fields": _fields,
    "override_callback_uri": _override,
    "offline_reason": _offline_reason,
    "on_biz_app": _on_biz_app,
    "shared_by": _shared_by,
    "shares_history": _shares_history,
}
