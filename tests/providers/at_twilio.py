"""Our Twilio and the pretend one, face to face: what the tests of their talks share."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from safarichat.ground.outbound import ask, run_talk
from safarichat.providers import twilio
from safarichat.providers.shapes import (
    Connected,
    Event,
    Health,
    Hook,
    Number,
    Outcome,
    Outgoing,
    Platform,
    Progress,
    Signup,
)
from tests.providers.hearing import Ear
from tests.sandbox.outside import CUSTOMER, Meta
from tests.sandbox.twilio_side import OPERATOR, OPERATORS_PHONE, OPERATORS_TOKEN, SOLUTION

TEXT = {"type": "text", "text": {"body": "Hello"}}
HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


class AtTwilio:
    """One test's view of the sandbox: a platform of ours whose webhooks `ear` hears."""

    def __init__(self, sandbox: Meta, ear: Ear) -> None:
        self.sandbox, self.ear = sandbox, ear
        base = f"{sandbox.url}/twilio"
        settings = {
            "TWILIO_ACCOUNT_SID": OPERATOR,
            "TWILIO_AUTH_TOKEN": OPERATORS_TOKEN,
            "TWILIO_SOLUTION_ID": SOLUTION,
            "TWILIO_WHATSAPP_PHONE_NUMBER": OPERATORS_PHONE,
            "TWILIO_API_URL": f"{base}/api",
            "TWILIO_CONTENT_URL": f"{base}/content",
            "TWILIO_MESSAGING_URL": f"{base}/messaging",
            "META_APP_ID": sandbox.app_id,
            "META_APP_SECRET": sandbox.secret,
            "META_CONFIG_ID": sandbox.config_id,
            "META_GRAPH_URL": sandbox.url,
        }
        self.platform = Platform(settings=settings, hook_url=f"{ear.url}/number", tenant="sc-mine")

    def control(self, method: str, path: str, json: Any = None, **options: Any) -> Any:
        return self.sandbox.control(method, path, json, **options)

    def fault(self, kind: str, **more: Any) -> None:
        self.control("POST", "faults", {"provider": "twilio", "kind": kind, "rate": 1, "for": 30, **more})

    # --- connecting --------------------------------------------------------------------------------------------------

    def made(self, **facts: Any) -> dict[str, Any]:
        """A customer's own account with a number."""
        told: dict[str, Any] = self.control("POST", "numbers", {"provider": "twilio", **facts})
        return told

    def typed(self, made: dict[str, Any], **more: str) -> Signup:
        """What a person copies from Twilio's console."""
        secrets = {name: more.pop(name) for name in list(more) if name.endswith(("_SECRET", "_SECONDARY"))}
        data = {"TWILIO_ACCOUNT_SID": made["account_sid"], **more}
        return Signup(
            mode="keys", event="FORM", data=data, secrets={"TWILIO_AUTH_TOKEN": made["auth_token"], **secrets}
        )

    def window(self, **answers: str) -> Signup:
        """What a browser brings back from Meta's window, opened as our page opens it."""
        extras = twilio.login(self.platform, mode="signup", state="s")["sdk"]["login_options"]["extras"]
        outcome = self.sandbox.sign_up(
            answers=answers, sdk_origin="http://127.0.0.1:1", sdk_callback="f1", extras=json.dumps(extras)
        )
        event, data = twilio.session_event(outcome.event, outcome.data)
        return Signup(code=outcome.code, event=event, data=data)

    def connect(self, signup: Signup, place: Platform | None = None) -> tuple[Any, list[Progress]]:
        steps: list[Progress] = []
        return run_talk(twilio.connect(signup, place or self.platform), ask, steps.append), steps

    def go_on(self, steps: list[Progress], **more: Any) -> tuple[Any, list[Progress]]:
        """Later, from where it stopped, with what is new."""
        known = {name: value for step in steps for name, value in step.facts.items()}
        done = frozenset(step.step for step in steps if step.state in ("done", "skipped"))
        signup = Signup(done=done, known=known, secrets=secrets_of(steps), **more)
        result, further = self.connect(signup)
        return result, [*steps, *further]

    def until(self, steps: list[Progress], outcome: type, patience_s: float = 8, **more: Any) -> Any:
        """Going on, as the page does by itself, until it ends so."""
        end = time.monotonic() + patience_s
        while True:
            result, steps = self.go_on(steps, **more)
            if isinstance(result, outcome):
                return result, steps
            assert time.monotonic() < end, result
            time.sleep(0.05)

    def own(self, **facts: Any) -> "Here":
        """A customer's own number, connected by its keys."""
        result, steps = self.connect(self.typed(self.made(**facts)))
        assert isinstance(result, Connected), result
        assert not result.warnings
        return Here(self, result, steps)


class Here:
    """A connected number, and what is done with it."""

    def __init__(self, at: AtTwilio, result: Connected, steps: list[Progress]) -> None:
        secrets = secrets_of(steps)
        operators = at.platform.settings
        self.at, self.result = at, result
        self.place = replace(at.platform, settings={**operators, **secrets}, operators=operators)
        self.number = Number(
            credential_id=1,
            phone_number_id=result.phone_number_id,
            waba_id=result.waba_id,
            phone_number=str(result.facts["phone_number"]),
            facts=result.facts,
            secrets=secrets,
        )

    @property
    def phone(self) -> str:
        return f"+{self.number.phone_number}"

    def put(self, **state: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.at.control("PATCH", f"numbers/{self.phone}", state)
        return told

    def send(self, body: dict[str, Any], to: str = CUSTOMER) -> Outcome:
        return run_talk(twilio.send(self.number, Outgoing(opaque="ours-1", to=to[1:], body=body), self.place), ask)

    def hear(self, message: dict[str, Any] | None = None, sender: str = CUSTOMER) -> str:
        """A customer writes; their message's id."""
        asked = {"number": self.phone, "from": sender, "name": "Ann", "message": message or TEXT}
        return str(self.at.control("POST", "inbound", asked)["id"])

    def arrived(self, to: str) -> list[dict[str, Any]]:
        """What that person's handset got."""
        return [each["body"] for each in self.at.control("GET", "messages", params={"to": to})]

    def health(self) -> Health:
        return run_talk(twilio.check(self.number, self.place), ask)

    def problems(self) -> list[str]:
        return [problem.key for problem in self.health().problems]

    def do(self, deed: str, **given: Any) -> Any:
        return run_talk(twilio.deeds[deed](self.number, self.place, given), ask)

    def leave(self, *, deregister: bool = False) -> list[tuple[str, str]]:
        talk = twilio.disconnect(self.number, self.place, deregister=deregister, done=frozenset())
        return [(step["step"], step["state"]) for step in run_talk(talk, ask).steps]

    def events(self) -> list[Event]:
        """All that was delivered, each proved to be Twilio's."""
        found: list[Event] = []
        for heard in self.at.ear.heard:
            hook = Hook(
                method="POST",
                headers=heard.headers,
                query=dict(parse_qsl(urlsplit(heard.path).query)),
                body=heard.body,
                url=f"{self.at.ear.url}{heard.path}",
            )
            assert twilio.authentic(hook, self.number.secrets)
            assert not twilio.authentic(replace(hook, body=heard.body + b"&x=1"), self.number.secrets)
            found += twilio.read(hook)
        return found

    def wait(self, kind: type[Event], count: int = 1, **wanted: Any) -> list[Any]:
        """The events of this kind with these values, once there are so many."""

        def found() -> list[Any]:
            mine = [event for event in self.events() if isinstance(event, kind)]
            return [event for event in mine if all(getattr(event, name) == value for name, value in wanted.items())]

        self.at.ear.wait(lambda: len(found()) >= count)
        return found()


def secrets_of(steps: list[Progress]) -> dict[str, str]:
    told = {name: secret for step in steps for name, secret in step.secrets.items()}
    return {name: secret for name, secret in told.items() if secret}
