"""The login dialog: Embedded Signup in the SDK's popup, or as a full page with redirect_uri and state."""

import json
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from safarichat.sandbox import ids
from safarichat.sandbox.meta.webhooks import Webhooks
from safarichat.sandbox.signup.ending import complete
from safarichat.sandbox.signup.pages import outcome_page, refusal_page, step_page
from safarichat.sandbox.signup.session import OPTION_DEFAULTS, STEPS, Session, begin, complaint, prefilled
from safarichat.sandbox.things import JSON
from safarichat.sandbox.world import World

SDK = Path(__file__).parent.parent / "static" / "sdk.js"
KEPT_SESSIONS = 500


class Dialog:
    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self.world, self.webhooks = world, webhooks
        self.sessions: dict[str, Session] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/dialog/oauth", self.open),
            Route("/{version}/dialog/oauth", self.open),
            Route("/dialog/{id}", self.show),
            Route("/dialog/{id}", self.act, methods=["POST"]),
        ]

    async def sdk(self, request: Request) -> Response:
        headers = {"access-control-allow-origin": "*", "cache-control": "no-cache"}
        return FileResponse(SDK, media_type="application/x-javascript; charset=utf-8", headers=headers)

    async def open(self, request: Request) -> Response:
        query = dict(request.query_params)
        app = self.world.apps.get(query.get("client_id", ""))
        if app is None:
            return refusal_page("Invalid App ID", "The provided app ID does not look like a valid app ID.")
        if query.get("config_id") != app.config_id:
            return refusal_page("Invalid configuration", "This login configuration does not exist: check config_id.")
        if query.get("response_type") != "code":
            return refusal_page("Invalid response type", "Embedded Signup needs response_type=code.")
        if not query.get("sdk_origin") and not re.match(r"https?://", query.get("redirect_uri", "")):
            return refusal_page("URL blocked", "redirect_uri is missing or is not a URL.")
        session = begin(app, secrets.token_urlsafe(16), query, _extras(query.get("extras", "")))
        if len(self.sessions) >= KEPT_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        self.sessions[session.id] = session
        return RedirectResponse(f"/dialog/{session.id}", 303)

    async def show(self, request: Request) -> Response:
        session = self._session(request)
        return step_page(self.world, session) if session else _gone()

    async def act(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return _gone()
        form = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        _take(session, form)
        match form.get("action", ["continue"])[0]:
            case "cancel":
                return self._leave(session, {"current_step": session.step})
            case "report":
                return self._leave(session, self._reported())
            case "back":
                session.problem, session.step = "", session.previous_step() or session.step
            case _:
                session.problem = complaint(self.world, session)
                if not session.problem:
                    following = session.next_step()
                    if not following:
                        return self._finish(session)
                    session.step = following
        return RedirectResponse(f"/dialog/{session.id}", 303)

    def _session(self, request: Request) -> Session | None:
        session = self.sessions.get(request.path_params["id"])
        return None if session is None or session.closed else session

    def _finish(self, session: Session) -> Response:
        if session.finish() == "ERROR":
            problem = {"error_message": "We couldn't finish setting up your account. Try again.", "error_id": "524126"}
            return self._end(session, "ERROR", problem, None)
        code, data = complete(self.world, self.webhooks, session)
        return self._end(session, session.finish(), data, code)

    def _leave(self, session: Session, data: dict[str, JSON]) -> Response:
        return self._end(session, "CANCEL", data, None)

    def _reported(self) -> dict[str, JSON]:
        return {
            "error_message": "Your account couldn't be set up because of a problem that you reported.",
            "error_id": "524126",
            "session_id": ids.object_id(),
            "timestamp": str(int(self.world.now())),
        }

    def _end(self, session: Session, event: str, data: dict[str, JSON], code: str | None) -> Response:
        session.closed = True
        if session.redirect_uri:
            return RedirectResponse(_return_url(session, code), 303)
        told: dict[str, JSON] = {"data": data, "type": "WA_EMBEDDED_SIGNUP", "event": event, "version": 3}
        provider = "twilio" if prefilled(session, "solutionID") else "meta"
        fault = self.world.faults.strikes("lost_signup_event", provider=provider)
        lost = session.option("order") == "lost" or fault is not None
        granted = {"code": code, "userID": None, "expiresIn": None, "accessToken": None}
        answer = (
            {"status": "connected", "authResponse": granted} if code else {"status": "unknown", "authResponse": None}
        )
        outcome = {
            "origin": session.origin,
            "callback": session.callback_id,
            "session": None if lost else json.dumps(told) if session.option("data") == "string" else told,
            "order": session.option("order"),
            "login": answer,
        }
        return outcome_page(json.dumps(outcome))


def _take(session: Session, form: dict[str, list[str]]) -> None:
    """Keeps what the form of this step says. What is unticked is absent from it."""
    if session.step == STEPS[-1]:
        session.scopes = [scope for scope in form.get("scope", []) if scope in session.scopes_offered]
    if session.step == "PHONE_NUMBER_VERIFICATION":
        session.answers.pop("skip_verification", None)
    for name, values in form.items():
        option = name.removeprefix("option_")
        if name.startswith("option_") and option in OPTION_DEFAULTS:
            session.options[option] = values[0]
        elif name not in ("action", "scope", "code_sent"):
            session.answers[name] = values[0]


def _return_url(session: Session, code: str | None) -> str:
    if code:
        answer = {"code": code}
    else:
        answer = {
            "error": "access_denied",
            "error_code": "200",
            "error_description": "Permissions error",
            "error_reason": "user_denied",
        }
    if session.state:
        answer["state"] = session.state
    joint = "&" if urlsplit(session.redirect_uri).query else "?"
    return session.redirect_uri + joint + urlencode(answer)


def _extras(text: str) -> dict[str, JSON]:
    try:
        value = msgspec.json.decode(text) if text else {}
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _gone() -> Response:
    return refusal_page("This window is out of date", "Close it and start again from the page that opened it.", 410)
