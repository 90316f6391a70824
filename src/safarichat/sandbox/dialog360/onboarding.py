"""The hub's page behind the connect button: choose or make a number, let the partner use it (reference §2)."""

import secrets
from html import escape
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from msgspec import Struct, field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from safarichat.sandbox import ids, phones, states
from safarichat.sandbox.dialog360.channels import Channels
from safarichat.sandbox.pages import page, text_field
from safarichat.sandbox.signup.pages import refusal_page
from safarichat.sandbox.world import World

PREFIX = "/360dialog/hub"
STEPS = ("account", "number", "permission")
TITLES = {
    "account": "Your 360dialog account",
    "number": "Choose your WhatsApp number",
    "permission": "Let the partner use your number",
}


class Session(Struct):
    id: str
    query: dict[str, str]
    step: str = STEPS[0]
    problem: str = ""
    answers: dict[str, list[str]] = field(default_factory=dict)

    def answer(self, name: str, default: str = "") -> str:
        return self.answers.get(name, [default])[0]


class Onboarding:
    def __init__(self, world: World, channels: Channels) -> None:
        self.world, self.channels = world, channels
        self.sessions: dict[str, Session] = {}

    def routes(self) -> list[Route]:
        return [
            Route(f"{PREFIX}/dashboard/app/{{partner}}/permissions", self.open),
            Route(f"{PREFIX}/onboarding/{{id}}", self.show),
            Route(f"{PREFIX}/onboarding/{{id}}", self.act, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        if request.path_params["partner"] != self.channels.partner.id:
            return refusal_page("Unknown partner", "This connect button names a partner that does not exist.", 404)
        session = Session(secrets.token_urlsafe(16), dict(request.query_params))
        if not self._back_to(session):
            return refusal_page("No way back", "redirect_url is missing, and the partner has set none in the hub.")
        if len(self.sessions) > 500:
            self.sessions.pop(next(iter(self.sessions)))
        self.sessions[session.id] = session
        return RedirectResponse(f"{PREFIX}/onboarding/{session.id}", 303)

    async def show(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None:
            return refusal_page("This window is out of date", "Close it and start again.", 410)
        return self._page(session)

    async def act(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None:
            return refusal_page("This window is out of date", "Close it and start again.", 410)
        form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        if form.get("action") == ["cancel"]:
            return self._leave(session)
        if session.step == "permission":
            session.answers.pop("grant", None)
        if session.step == "number":
            session.answers.pop("channel", None)
        session.answers |= form
        session.problem = self._complaint(session)
        if session.problem:
            return RedirectResponse(f"{PREFIX}/onboarding/{session.id}", 303)
        if session.step == STEPS[-1]:
            return self._finish(session)
        session.step = STEPS[STEPS.index(session.step) + 1]
        return RedirectResponse(f"{PREFIX}/onboarding/{session.id}", 303)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _finish(self, session: Session) -> Response:
        granted = "grant" in session.answers
        chosen = [name for name in session.answers.get("channel", []) if name in self.world.channels.things]
        client_id = self.world.channels.things[chosen[0]].client_id if chosen else ""
        if "new" in session.answers.get("channel", []):
            name = session.answer("name") or "Baraka Traders"
            client = self.world.clients.get(client_id) or self.channels.make_client(
                name, session.answer("email"), session.query.get("partner", "")
            )
            client_id = client.id
            number = self.channels.new_number(name, phones.digits(session.answer("phone")))
            chosen.append(self.channels.make_channel(client, number, is_permitted=granted).id)
        for channel_id in chosen:
            self._permit(channel_id, granted)
        revoked = session.answers.get("revoke", [])
        for channel_id in revoked:
            self._permit(channel_id, False)
        return self._back(session, client_id, [] if not granted else chosen, revoked)

    def _permit(self, channel_id: str, is_permitted: bool) -> None:
        channel = self.world.channels.things[channel_id]
        if channel.is_permitted != is_permitted:
            channel.is_permitted = is_permitted
            self.world.channels.put(channel)
            event = "channel_permission_granted" if is_permitted else "channel_permission_revoked"
            self.channels.tell(event, self.channels.node(channel))

    def _back(self, session: Session, client_id: str, channels: list[str], revoked: list[str]) -> Response:
        """(!) The brackets hold no quotes: it looks like JSON and is none."""
        self.sessions.pop(session.id, None)
        told = {"client": client_id, "channels": f"[{','.join(channels)}]"}
        if revoked:
            told["revoked"] = f"[{','.join(revoked)}]"
        if session.query.get("state"):
            told["state"] = session.query["state"]
        return _to(self._back_to(session), told)

    def _leave(self, session: Session) -> Response:
        self.sessions.pop(session.id, None)
        told = {"channels": "[]"} | ({"state": session.query["state"]} if session.query.get("state") else {})
        return _to(self._back_to(session), told)

    def _back_to(self, session: Session) -> str:
        return session.query.get("redirect_url") or self.channels.partner.redirect_url

    # --- the pages ---------------------------------------------------------------------------------------------------

    def _complaint(self, session: Session) -> str:
        if session.step == "number" and "new" in session.answers.get("channel", []):
            phone = phones.digits(session.answer("phone"))
            if not phones.is_real(phone):
                return "That is not a phone number."
            if self.world.number(phone) is not None:
                return "That number is on WhatsApp already."
        return ""

    def _page(self, session: Session) -> Response:
        at = STEPS.index(session.step) + 1
        problem = f'<p class="problem" role="alert">{escape(session.problem)}</p>' if session.problem else ""
        body = f"""<main>
<header><p class="brand">360dialog <span>sandbox</span></p>
<p class="progress-text">Step {at} of {len(STEPS)}</p>
<progress max="{len(STEPS)}" value="{at}" aria-label="Progress"></progress></header>
<form method="post" action="{PREFIX}/onboarding/{session.id}" data-step="{session.step}">
<h1>{escape(TITLES[session.step])}</h1>
{problem}
{getattr(self, f"_{session.step}")(session)}
<div class="deeds">
<button class="primary" name="action" value="continue" autofocus>Continue</button>
<button name="action" value="cancel" formnovalidate>Cancel</button>
</div>
</form>
</main>"""
        return page(f"{TITLES[session.step]} · 360dialog sandbox", body, kind="signup")

    def _account(self, session: Session) -> str:
        email = session.query.get("email") or "ana@example.test"
        name = session.query.get("name") or "Baraka Traders"
        return text_field("email", "E-mail", email, type="email") + text_field("name", "Business", name, maxlength="75")

    def _number(self, session: Session) -> str:
        choices = [(channel.id, self._label(channel.id)) for channel in self.world.channels]
        asked = phones.digits(session.query.get("number", ""))
        phone = session.answer("phone") or phones.pretty(asked or states.free_phone(self.world))
        boxes = "".join(_box("channel", value, label, False) for value, label in choices)
        return (
            f'<fieldset class="field"><legend>Numbers</legend>{boxes}{_box("channel", "new", "A new number", True)}'
            "</fieldset>"
            + text_field("phone", "New number", phone, type="tel", autocomplete="off")
            + f"<p>The text message says: <q>WhatsApp code {ids.pin()}</q></p>"
        )

    def _permission(self, session: Session) -> str:
        others = [channel for channel in self.world.channels if channel.is_permitted]
        revoke = "".join(_box("revoke", each.id, f"Take {self._label(each.id)} away", False) for each in others)
        return _box("grant", "1", "This partner may send and receive messages with the chosen numbers", True) + (
            f"<details><summary>Permissions given before</summary>{revoke}</details>" if revoke else ""
        )

    def _label(self, channel_id: str) -> str:
        number = self.world.numbers.things[self.world.channels.things[channel_id].phone_number_id]
        return f"{number.display} {number.verified_name}"


def _box(name: str, value: str, label: str, checked: bool) -> str:
    return (
        f'<label class="choice"><input type="checkbox" name="{name}" value="{escape(value)}"'
        f"{' checked' if checked else ''}> <span>{escape(label)}</span></label>"
    )


def _to(url: str, told: dict[str, str]) -> Response:
    joint = "&" if urlsplit(url).query else "?"
    return RedirectResponse(url + joint + urlencode(told, quote_via=quote, safe="[],"), 303)
