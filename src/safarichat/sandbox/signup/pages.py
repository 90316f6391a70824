"""The pages of the popup: one form a step, filled in so that Continue, Continue, Continue works."""

from html import escape

from starlette.responses import HTMLResponse

from safarichat.sandbox import ids, phones, states
from safarichat.sandbox.pages import page, radio_field, select_field, text_field
from safarichat.sandbox.signup.session import FINISHES, NEW, NONE, Session, prefilled
from safarichat.sandbox.world import World

TITLES = {
    "BUSINESS_ACCOUNT_SELECTION": "Choose your business portfolio",
    "WABA_PHONE_PROFILE_PICKER": "Choose your WhatsApp Business account",
    "WHATSAPP_BUSINESS_PROFILE_SETUP": "Create your WhatsApp Business profile",
    "PHONE_NUMBER_SETUP": "Add a phone number",
    "PHONE_NUMBER_VERIFICATION": "Verify your phone number",
    "PERMISSIONS": "Review what you share",
}
SCOPES = {
    "whatsapp_business_management": "Manage your WhatsApp Business accounts",
    "whatsapp_business_messaging": "Send and receive WhatsApp messages for you",
    "business_management": "Manage your business portfolio",
}
CATEGORIES = [("RETAIL", "Shopping and retail"), ("TRAVEL", "Travel"), ("RESTAURANT", "Restaurant"), ("OTHER", "Other")]


def step_page(world: World, session: Session) -> HTMLResponse:
    title = TITLES[session.step]
    steps = session.steps()
    at = steps.index(session.step)
    app = world.apps.things[session.app_id]
    back = '<button name="action" value="back" formnovalidate>Back</button>' if at else ""
    problem = f'<p class="problem" role="alert">{escape(session.problem)}</p>' if session.problem else ""
    body = f"""<main>
<header><p class="brand">Meta <span>sandbox</span></p>
<p class="progress-text">Step {at + 1} of {len(steps)}</p>
<progress max="{len(steps)}" value="{at + 1}" aria-label="Progress"></progress></header>
<form method="post" action="/dialog/{session.id}" data-step="{session.step}">
<h1>{escape(title)}</h1>
{problem}
{_content(world, session, app.name)}
<div class="deeds">
<button class="primary" name="action" value="continue" autofocus>Continue</button>
{back}
<button name="action" value="cancel" formnovalidate>Cancel</button>
<button class="quiet" name="action" value="report" formnovalidate>Report a problem</button>
</div>
{_sandbox_options(session)}
</form>
</main>"""
    return page(f"{title} · Meta sandbox", body, kind="signup")


def refusal_page(title: str, text: str, status: int = 400) -> HTMLResponse:
    body = f'<main><h1>{escape(title)}</h1><p role="alert">{escape(text)}</p></main>'
    return page(title, body, kind="signup", status=status)


def outcome_page(outcome_json: str) -> HTMLResponse:
    """Hands the outcome to the window that opened this one, and closes."""
    data = outcome_json.replace("<", "\\u003c")
    body = f"""<main><h1>Finishing</h1><p id="finishing">You can close this window.</p>
<script type="application/json" id="outcome">{data}</script></main>"""
    return page("Finishing · Meta sandbox", body, kind="signup", script="outcome.js")


def _content(world: World, session: Session, app_name: str) -> str:
    match session.step:
        case "BUSINESS_ACCOUNT_SELECTION":
            return _business(world, session, app_name)
        case "WABA_PHONE_PROFILE_PICKER":
            return _accounts(world, session)
        case "WHATSAPP_BUSINESS_PROFILE_SETUP":
            return _profile(session)
        case "PHONE_NUMBER_SETUP":
            return _phone(world, session)
        case "PHONE_NUMBER_VERIFICATION":
            return _verification(session)
        case _:
            return _permissions(world, session, app_name)


def _business(world: World, session: Session, app_name: str) -> str:
    choices = [(NEW, "Create a business portfolio")] + [(b.id, b.name) for b in world.businesses]
    name = session.answer("business_name") or prefilled(session, "business", "name") or "Baraka Traders"
    return (
        f"<p>Connect your business with <strong>{escape(app_name)}</strong>.</p>"
        + radio_field("business", "Business portfolio", choices, session.answer("business", NEW))
        + text_field("business_name", "Name of a new portfolio", name, maxlength="100")
    )


def _accounts(world: World, session: Session) -> str:
    wabas = [waba for waba in world.wabas if waba.business_id == session.answer("business")]
    numbers = [number for waba in wabas for number in world.waba_numbers(waba.id)]
    waba_choices = [(NEW, "Create a WhatsApp Business account")] + [(w.id, f"{w.name} ({w.id})") for w in wabas]
    number_choices = [(NEW, "Add a new number")]
    number_choices += [(n.id, f"{n.display} {n.verified_name}") for n in numbers]
    number_choices += [(NONE, "No number for now")]
    return radio_field(
        "waba", "WhatsApp Business account", waba_choices, session.answer("waba", wabas[0].id if wabas else NEW)
    ) + radio_field("number", "Phone number", number_choices, session.answer("number", NEW))


def _profile(session: Session) -> str:
    name = (
        session.answer("display_name") or prefilled(session, "phone", "displayName") or session.answer("business_name")
    )
    description = session.answer("description") or prefilled(session, "phone", "description")
    return (
        text_field("display_name", "Display name", name or "Baraka Traders", maxlength="75")
        + select_field("category", "Category", CATEGORIES, session.answer("category", "RETAIL"))
        + text_field("description", "Description (optional)", description, maxlength="512")
    )


def _phone(world: World, session: Session) -> str:
    code, number = prefilled(session, "business", "phone", "code"), prefilled(session, "business", "phone", "number")
    asked = phones.digits(code + number)
    phone = session.answer("phone") or phones.pretty(
        asked if asked and not world.number(asked) else states.free_phone(world)
    )
    choices = [("use", "Use this number"), (NONE, "Add a number later")]
    return (
        text_field("phone", "Phone number", phone, type="tel", autocomplete="off")
        + radio_field("phone_choice", "Number", choices, session.answer("phone_choice", "use"))
        + select_field("method", "Send the code by", [("SMS", "Text message"), ("VOICE", "Phone call")], "SMS")
    )


def _verification(session: Session) -> str:
    code = session.answers.setdefault("code_sent", ids.pin())
    return (
        f"<p>We sent a text message to {escape(session.answer('phone'))}. It says: "
        f"<q>WhatsApp code {code[:3]}-{code[3:]}</q></p>"
        + text_field("code", "Code", code, inputmode="numeric", autocomplete="off")
        + '<label class="choice"><input type="checkbox" name="skip_verification" value="1"> '
        "<span>Skip, I will verify later</span></label>"
    )


def _permissions(world: World, session: Session, app_name: str) -> str:
    chosen = session.scopes if session.scopes is not None else session.scopes_offered
    lines = "".join(
        f'<label class="choice"><input type="checkbox" name="scope" value="{scope}"'
        f"{' checked' if scope in chosen else ''}> <span>{escape(SCOPES.get(scope, scope))}</span></label>"
        for scope in session.scopes_offered
    )
    return (
        f"<p><strong>{escape(app_name)}</strong> will be able to:</p>"
        f'<fieldset class="field"><legend>Permissions</legend>{lines}</fieldset>'
    )


def _sandbox_options(session: Session) -> str:
    """What the real popup does not ask: how this signup shall end and what shall go wrong."""
    chosen = "".join(
        select_field(f"option_{name}", label, choices, session.option(name)) for name, label, choices in OPTIONS
    )
    label, given = "Two-step PIN the number has already", session.option("pin")
    pin = text_field("option_pin", label, given, pattern="[0-9]{6}", inputmode="numeric", autocomplete="off")
    return f'<details class="sandbox-options"><summary>Sandbox options</summary>{chosen}{pin}</details>'


OPTIONS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("finish", "How it ends", [(name, name) for name in FINISHES]),
    ("data", "Window message is", [("string", "a JSON string"), ("object", "an object")]),
    (
        "order",
        "Window message comes",
        [("before", "before the login answer"), ("after", "after the login answer"), ("lost", "never")],
    ),
    ("ids", "Ids in the message", [("all", "all"), ("waba", "only the WABA's")]),
    ("verified", "A new number is", [("yes", "verified"), ("no", "not verified")]),
    ("token", "The token lasts", [("60d", "60 days"), ("never", "for ever"), ("2m", "2 minutes")]),
    (
        "code",
        "The code is",
        [("valid", "valid for 30 seconds"), ("expired", "expired already"), ("used", "used already")],
    ),
]
