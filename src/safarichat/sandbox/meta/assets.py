"""Businesses and WABAs: made by signup, listed to partners (reference §2.8)."""

from safarichat.sandbox import ids
from safarichat.sandbox.meta.nodes import paged, waba_node
from safarichat.sandbox.meta.template_samples import SAMPLES
from safarichat.sandbox.meta.tokens import MANAGEMENT, Caller
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.things import JSON, App, Business, Template, Waba
from safarichat.sandbox.world import World


def make_business(world: World, name: str, **facts: str) -> Business:
    return world.businesses.put(Business(id=ids.object_id(), name=name, made_at=int(world.now()), **facts))


def make_waba(world: World, business: Business, name: str) -> Waba:
    waba = world.wabas.put(
        Waba(id=ids.object_id(), name=name, business_id=business.id, country=business.country, made_at=int(world.now()))
    )
    for name_of_it, language, category, status, components, more in SAMPLES:
        world.templates.put(
            Template(
                id=ids.object_id(),
                waba_id=waba.id,
                name=name_of_it,
                language=language,
                category=category,
                status=status,
                components=components,
                **more,
            )
        )
    return waba


def share(world: World, webhooks: Webhooks, waba: Waba, app: App) -> None:
    """The customer grants the partner's app access; the partner hears of it the first time."""
    if app.id in waba.shared_with:
        return
    waba.shared_with.append(app.id)
    world.wabas.put(waba)
    info = {"waba_id": waba.id, "owner_business_id": waba.business_id}
    webhooks.tell_partner(app, "account_update", {"event": "PARTNER_ADDED", "waba_info": info})


def unshare(world: World, webhooks: Webhooks, waba: Waba, app: App) -> None:
    if app.id not in waba.shared_with:
        return
    waba.shared_with.remove(app.id)
    waba.subscribed.pop(app.id, None)
    world.wabas.put(waba)
    for token in world.tokens:
        if waba.id in token.waba_ids:
            token.waba_ids.remove(waba.id)
            world.tokens.put(token)
    info = {"waba_id": waba.id, "owner_business_id": waba.business_id}
    webhooks.tell_partner(app, "account_update", {"event": "PARTNER_REMOVED", "waba_info": info})


def client_wabas(world: World, caller: Caller, business_id: str, parameters: dict[str, JSON]) -> dict[str, JSON]:
    """WABAs of others that were shared with this portfolio, as far as the token reaches."""
    app = world.apps.get(caller.app_id)
    partner = app is not None and app.business_id == business_id
    found = [w for w in world.wabas if partner and app and app.id in w.shared_with and caller.may_reach(w, MANAGEMENT)]
    return _listed(world, found, parameters)


def owned_wabas(world: World, caller: Caller, business_id: str, parameters: dict[str, JSON]) -> dict[str, JSON]:
    found = [w for w in world.wabas if w.business_id == business_id and caller.may_reach(w, MANAGEMENT)]
    return _listed(world, found, parameters)


def _listed(world: World, found: list[Waba], parameters: dict[str, JSON]) -> dict[str, JSON]:
    newest_first = parameters.get("sort") == "creation_time_descending"
    found = sorted(found, key=lambda waba: waba.made_at, reverse=newest_first)
    return paged([waba_node(world, waba, str(parameters.get("fields") or "")) for waba in found], parameters)
