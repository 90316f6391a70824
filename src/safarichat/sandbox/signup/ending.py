"""What a finished signup leaves behind: business, WABA, number, a grant and a code."""

from safarichat.sandbox import phones
from safarichat.sandbox.meta import assets
from safarichat.sandbox.meta.numbers import make_number
from safarichat.sandbox.meta.tokens import CODE_LIFETIME_S, issue_code
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.signup.session import NEW, NONE, TOKEN_LIFETIMES_S, Session, prefilled
from safarichat.sandbox.things import JSON, Business, PhoneNumber, Waba
from safarichat.sandbox.world import World

COEXISTENCE = "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"


def complete(world: World, webhooks: Webhooks, session: Session) -> tuple[str, dict[str, JSON]]:
    """The code, and the data of the window message."""
    app = world.apps.things[session.app_id]
    number = world.numbers.get(session.answer("number"))
    waba = _waba(world, session, number)
    if number is None and session.finish() != "FINISH_ONLY_WABA":
        number = _number(world, session, waba)
    assets.share(world, webhooks, waba, app)
    solution = prefilled(session, "solutionID")
    if solution and solution not in waba.solutions:
        waba.solutions.append(solution)
        world.wabas.put(waba)
    code = issue_code(
        world,
        app,
        redirect_uri=session.redirect_uri,
        scopes=session.scopes if session.scopes is not None else session.scopes_offered,
        waba_ids=_newest_first(world, waba, app.id),
        business_id=waba.business_id,
        token_lifetime_s=TOKEN_LIFETIMES_S[session.option("token")],
    )
    if session.option("code") == "expired":
        code.made_at -= CODE_LIFETIME_S + 1
    code.used = session.option("code") == "used"
    world.codes.put(code)
    return code.id, _data(session, waba, number, world.settings.account_phase)


def _data(session: Session, waba: Waba, number: PhoneNumber | None, phase: int) -> dict[str, JSON]:
    """In the second phase of the account model of 2026 with the WhatsApp account, and cs_id for the number."""
    if session.option("ids") == "waba":
        return {"waba_id": waba.id}
    data: dict[str, JSON] = {"phone_number_id": number.id} if number else {}
    if number and phase >= 2:
        data |= {"waac_id": number.waac_id, "cs_id": number.id}
    return data | {"waba_id": waba.id, "business_id": waba.business_id}


def _waba(world: World, session: Session, number: PhoneNumber | None) -> Waba:
    if number is not None:
        return world.wabas.things[number.waba_id]
    waba = world.wabas.get(session.answer("waba", NEW))
    if waba is not None:
        return waba
    business = _business(world, session)
    return assets.make_waba(world, business, business.name)


def _business(world: World, session: Session) -> Business:
    existing = world.businesses.get(session.answer("business", NEW))
    if existing is not None:
        return existing
    phone = phones.digits(session.answer("phone"))
    country = phones.country(phone) if phone else "KE"
    return assets.make_business(world, session.answer("business_name") or "Baraka Traders", country=country)


def _number(world: World, session: Session, waba: Waba) -> PhoneNumber | None:
    phone = phones.digits(session.answer("phone"))
    if not phone or session.answer("phone_choice") == NONE:
        return None
    existing = world.number(phone)
    if existing is not None:
        return existing
    verified = session.option("verified") == "yes" and not session.answer("skip_verification")
    number = make_number(world, waba.id, phone, session.answer("display_name") or waba.name, verified=verified)
    number.pin = phones.digits(session.option("pin"))
    number.profile |= {"vertical": session.answer("category", "RETAIL"), "description": session.answer("description")}
    if session.finish() == COEXISTENCE:
        number.on_biz_app = number.registered = True
        number.onboarded_at = int(world.now())
    return world.numbers.put(number)


def _newest_first(world: World, waba: Waba, app_id: str) -> list[str]:
    """The WABA just granted, then the others of that business the app has been granted before."""
    others = [w.id for w in world.wabas if w.business_id == waba.business_id and app_id in w.shared_with]
    return [waba.id] + [id for id in reversed(others) if id != waba.id]
