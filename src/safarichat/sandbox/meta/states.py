"""States that only a number at Meta can be put into: its sign-in, its account, its app (contract §10)."""

from collections.abc import Callable

from safarichat.sandbox import ids
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, Override, PhoneNumber, Subscription, Token
from safarichat.sandbox.world import ALL_SCOPES, World

Change = Callable[[World, Webhooks, PhoneNumber, JSON], None]


def put_into(world: World, webhooks: Webhooks, number: PhoneNumber, wanted: dict[str, JSON]) -> dict[str, JSON]:
    """Does what it knows and answers the rest."""
    rest = dict(wanted)
    for key in [key for key in wanted if key in CHANGES]:
        CHANGES[key](world, webhooks, number, rest.pop(key))
    world.numbers.put(number)
    return rest


def shown(world: World, number: PhoneNumber) -> dict[str, JSON]:
    waba, app = world.wabas.things[number.waba_id], world.app_of(number)
    override = waba.subscribed.get(app.id)
    return {
        "standing": number.standing,
        "is_pin_enabled": bool(number.pin),
        "new_name": number.new_name,
        "new_name_status": number.new_name_status,
        "account_review_status": waba.review,
        "account_status": waba.status,
        "blocked": waba.blocked,
        "waba_override": override.url if override else "",
        "app_id": app.id,
        "app_callback": app.subscription.callback_url if app.subscription else "",
        "fields": app.subscription.fields if app.subscription else [],
    }


def _tokens(world: World, number: PhoneNumber) -> list[Token]:
    app = world.app_of(number)
    mine = [token for token in world.tokens if number.waba_id in token.waba_ids]
    return mine or [token for token in world.tokens if token.all_assets and app.is_customers and token.app_id == app.id]


def _token(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """valid, revoked, expired, uninstalled (the business removed the app), or other_app."""
    for token in _tokens(world, number):
        token.revoked, token.uninstalled = value == "revoked", value == "uninstalled"
        token.app_id = ids.object_id() if value == "other_app" else world.app_of(number).id
        if value in ("valid", "expired"):
            token.expires_at = int(world.now()) - 1 if value == "expired" else 0
        world.tokens.put(token)


def _forgotten(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """Meta knows its tokens no more."""
    for token in _tokens(world, number) if value else ():
        world.tokens.drop(token.id)


def _scopes(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    for token in _tokens(world, number):
        token.scopes = [str(scope) for scope in value or ALL_SCOPES[:2]]
        world.tokens.put(token)


def _standing(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """The node's `status`; empty: as its registration makes it."""
    number.standing = str(value or "").upper()


def _companion(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """False: the phone's app was not opened for too long, and the link has ended. True: it is linked."""
    number.on_biz_app, number.registered = True, bool(value)
    number.standing = "" if value else "DISCONNECTED"
    if not value:
        waba = world.wabas.things[number.waba_id]
        info = {"waba_id": waba.id, "owner_business_id": waba.business_id}
        why = {"reason": "COMPANION_INACTIVITY", "initiated_by": "SYSTEM"}
        told: dict[str, JSON] = {"event": "PARTNER_REMOVED", "waba_info": info, "disconnection_info": why}
        webhooks.tell_partner(world.app_of(number), "account_update", told)


def _new_name_status(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    number.new_name_status = str(value).upper()
    number.new_name = "" if number.new_name_status == "NONE" else number.new_name or f"{number.verified_name} II"


def _review(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    waba = world.wabas.things[number.waba_id]
    waba.review = str(value).upper()
    world.wabas.put(waba)
    webhooks.tell(waba, "account_review_update", {"decision": waba.review})


def _account_status(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    waba = world.wabas.things[number.waba_id]
    waba.status = str(value).upper()
    world.wabas.put(waba)
    state = "REINSTATE" if waba.status == "ACTIVE" else "DISABLE"
    webhooks.tell(waba, "account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}})


def _blocked(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """{"WABA": "BLOCKED"}: whom the health status names; PHONE_NUMBER, WABA, BUSINESS, APP."""
    waba = world.wabas.things[number.waba_id]
    waba.blocked = {str(kind): str(state) for kind, state in (value or {}).items()}
    world.wabas.put(waba)


def _waba_override(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    waba = world.wabas.things[number.waba_id]
    waba.subscribed[world.app_of(number).id] = Override(url=str(value or ""))
    world.wabas.put(waba)


def _app_callback(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    """Where the app delivers; empty: nowhere."""
    app = world.app_of(number)
    fields = app.subscription.fields if app.subscription else ["messages"]
    app.subscription = Subscription(callback_url=str(value), verify_token="", fields=fields) if value else None
    world.apps.put(app)


def _app_secret(world: World, webhooks: Webhooks, number: PhoneNumber, value: JSON) -> None:
    app = world.app_of(number)
    app.secret = str(value)
    world.apps.put(app)


CHANGES: dict[str, Change] = {
    "token": _token,
    "token_forgotten": _forgotten,
    "scopes": _scopes,
    "standing": _standing,
    "companion": _companion,
    "new_name_status": _new_name_status,
    "account_review_status": _review,
    "account_status": _account_status,
    "blocked": _blocked,
    "waba_override": _waba_override,
    "app_callback": _app_callback,
    "app_secret": _app_secret,
}
