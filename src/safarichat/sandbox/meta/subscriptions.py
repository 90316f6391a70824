"""Where webhooks go: the app's callback, the WABA's subscription and its override (reference §2.7, §7.1)."""

import secrets

from safarichat.sandbox.meta.errors import GraphError
from safarichat.sandbox.meta.nodes import app_node
from safarichat.sandbox.outgoing import Outgoing
from safarichat.sandbox.things import JSON, App, Override, Subscription, Waba
from safarichat.sandbox.wire import unpacked
from safarichat.sandbox.world import World

OBJECT = "whatsapp_business_account"
LONGEST_URL = 200


async def shake_hands(outgoing: Outgoing, url: str, verify_token: str) -> None:
    """GET with a challenge, which must come back as it is."""
    challenge = str(secrets.randbelow(9 * 10**9) + 10**9)
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    reached = await outgoing.call("GET", url, query=asked)
    if reached.status == 200 and reached.text.strip() == challenge:
        return
    if reached.status == 200:
        why = "The challenge was not returned."
    else:
        why = f"HTTP Status Code = {reached.status}" if reached.status else reached.text
    raise GraphError(
        100,
        f"Callback verification failed with the following errors: {why}; URL: {url}",
        subcode=2200,
        user=("Callback verification failed", "The URL couldn't be validated. " + why),
    )


async def set_app_callback(world: World, outgoing: Outgoing, app: App, parameters: dict[str, JSON]) -> dict[str, JSON]:
    if parameters.get("object") != OBJECT:
        raise GraphError(100, f"Param object must be one of {{{OBJECT}}}.")
    url, verify = (str(parameters.get(key) or "") for key in ("callback_url", "verify_token"))
    fields = _fields(parameters.get("fields"))
    for name, value in (("callback_url", url), ("verify_token", verify), ("fields", fields)):
        if not value:
            raise GraphError(100, f"The parameter {name} is required.")
    await shake_hands(outgoing, url, verify)
    app.subscription = Subscription(callback_url=url, verify_token=verify, fields=fields)
    world.apps.put(app)
    return {"success": True}


def app_callbacks(app: App) -> dict[str, JSON]:
    if app.subscription is None:
        return {"data": []}
    fields = [{"name": name, "version": "v25.0"} for name in app.subscription.fields]
    return {
        "data": [
            {"object": OBJECT, "callback_url": app.subscription.callback_url, "active": True, "fields": fields},
        ]
    }


def drop_app_callback(world: World, app: App, parameters: dict[str, JSON]) -> dict[str, JSON]:
    dropped = set(_fields(parameters.get("fields")))
    if app.subscription is not None and dropped:
        app.subscription.fields = [name for name in app.subscription.fields if name not in dropped]
    if not dropped or (app.subscription is not None and not app.subscription.fields):
        app.subscription = None
    world.apps.put(app)
    return {"success": True}


async def subscribe(
    world: World, outgoing: Outgoing, waba: Waba, app_id: str, parameters: dict[str, JSON]
) -> dict[str, JSON]:
    """The calling app wants this WABA's webhooks. Posting without an override clears an earlier one."""
    url, verify = (str(parameters.get(key) or "") for key in ("override_callback_uri", "verify_token"))
    if len(url) > LONGEST_URL:
        raise GraphError(100, f"Param override_callback_uri must be at most {LONGEST_URL} characters long.")
    if url:
        await shake_hands(outgoing, url, verify)
    waba.subscribed[app_id] = Override(url=url, verify_token=verify)
    world.wabas.put(waba)
    return {"success": True}


def subscribers(world: World, waba: Waba) -> dict[str, JSON]:
    shown: list[JSON] = []
    for app_id, override in waba.subscribed.items():
        app = world.apps.get(app_id)
        if app is not None:
            line: dict[str, JSON] = {"whatsapp_business_api_data": app_node(app)}
            shown.append(line | ({"override_callback_uri": override.url} if override.url else {}))
    return {"data": shown}


def unsubscribe(world: World, waba: Waba, app_id: str) -> dict[str, JSON]:
    waba.subscribed.pop(app_id, None)
    world.wabas.put(waba)
    return {"success": True}


def _fields(given: JSON) -> list[str]:
    value = unpacked(given)
    names = value if isinstance(value, list) else str(value or "").split(",")
    return [str(name.get("name") if isinstance(name, dict) else name).strip() for name in names if name]
