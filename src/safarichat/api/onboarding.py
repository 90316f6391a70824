"""Connecting a number from a program of one's own, as the wizard does it. Where people must go through a provider's own
pages, a connect link leads them."""

from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from safarichat import providers
from safarichat.accounts import throttles
from safarichat.accounts.apikeys import Key
from safarichat.api.asking import need, need_all_numbers, need_number, person_of
from safarichat.api.problems import Refusal, not_found, unusable
from safarichat.api.shapes import Line, RowId, Text, example
from safarichat.numbers import carrying_on, onboarding, platform, rows
from safarichat.numbers.onboarding import Brought, Mistyped, StateRefused
from safarichat.numbers.walking import Walked
from safarichat.providers.shapes import Way

HOUR_S = 3600
router = Router(tags=["Onboarding"])


class Start(Schema):
    provider: Line = Field(description="`meta`, `360dialog` or `twilio`.", examples=["meta"])
    mode: Line = Field("signup", description="`signup`, `keys`, `coexistence` …: what the provider offers.")
    credential_id: RowId | None = Field(None, description="A known number, to sign in again.")


class FormField(Schema):
    name: str
    label: str
    help: str
    secret: bool
    required: bool
    pattern: str


class Started(Schema):
    """`flow` says what comes next: `sdk` (open the provider's window with `sdk`), `redirect` (its pages, which lead
    back to this installation: use a connect link), or `form` (send `data` with these `fields`)."""

    onboarding_id: int
    credential_id: int
    provider: str
    state: str = Field(description="Send it back with what the sign-in brought, within an hour.")
    flow: str
    sdk: dict[str, Any] | None = None
    redirect_url: str | None = None
    fields: list[FormField] | None = None

    model_config = example(
        {
            "onboarding_id": 9,
            "credential_id": 17,
            "provider": "360dialog",
            "state": "pW9…",
            "flow": "form",
            "sdk": None,
            "redirect_url": None,
            "fields": [
                {
                    "name": "access_token",
                    "label": "API key",
                    "help": "",
                    "secret": True,
                    "required": True,
                    "pattern": "",
                }
            ],
        }
    )


class Finish(Schema):
    state: Line
    code: Text = ""
    event: Line = ""
    data: dict[str, Any] | None = Field(None, description="What the window told, or the form's fields.")


class Progress(Schema):
    """How far it came. `outcome`: connected, pin, code, choice, number, wait, failed or cancelled."""

    credential_id: int
    status: str
    outcome: str
    problem: str = Field(description="A key of ours for what stopped it; empty when nothing did.")

    model_config = example({"credential_id": 17, "status": "connected", "outcome": "connected", "problem": ""})


class Continue(Schema):
    """What is asked for, and nothing else."""

    pin: str = Field("", pattern=r"^([0-9]{6})?$", description="The number's two-step PIN.")
    code: str = Field("", pattern=r"^([0-9]{4,8})?$", description="The code that the number received.")
    choice: Line = Field("", description="The `phone_number_id` of one of several numbers.")
    method: Literal["", "sms", "voice"] = Field("", description="How a code shall come.")
    language: Line = ""
    add_cc: Line = ""
    add_number: Line = ""
    add_name: Line = ""


@router.post(
    "/onboardings", response={201: Started}, summary="Begin to connect a number", operation_id="start_onboarding"
)
def start(request: HttpRequest, body: Start) -> Any:
    """Needs `numbers`, and a key for all numbers unless it names one."""
    if body.credential_id is None:
        key = need_all_numbers(request, "numbers")
    else:
        key = need_number(request, "numbers", body.credential_id)
    provider = providers.canonical(body.provider)
    way = _way(provider, body.mode)
    _limit(key, "start", settings.WHATSAPP_RATE_LIMIT_ONBOARDING)
    started = onboarding.start(key.account_id, person_of(key), _browser(key), provider, body.mode, body.credential_id)
    if started is None:
        raise not_found()
    told = {name: started.login[name] for name in ("flow", "sdk", "redirect_url") if name in started.login}
    if way.flow == "form":
        told["fields"] = [_field(field) for field in way.fields]
    ids = {"onboarding_id": started.onboarding_id, "credential_id": started.credential_id}
    return Status(201, {**ids, "provider": provider, "state": started.state, **told})


def _way(provider: str, mode: str) -> Way:
    if provider not in providers.names() or not platform.is_offered(provider):
        raise unusable("provider", "Numbers can't be connected through this provider here.")
    known = providers.get(provider)
    way = known.abilities.way(mode)
    if way is None or way.is_for_staff:
        raise unusable("mode", "This provider has no such way.")
    if known.missing_settings(platform.platform(provider), mode):
        told = "This installation is not set up for this provider yet."
        raise Refusal(409, "not_set_up", told, "Ask whoever runs it: “safarichat check” says more.")
    return way


def _field(field: Any) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "help": str(field.help),
        "secret": field.is_secret,
        "required": field.is_required,
        "pattern": field.pattern,
    }


def _browser(key: Key) -> str:
    """What a sign-in is bound to: only the key that began it brings it back."""
    return f"API key {key.id} of account {key.account_id}"


def _limit(key: Key, what: str, limit: int) -> None:
    if wait_s := throttles.allow(f"whatsapp:{what}:key:{key.id}", limit=limit, per_s=HOUR_S):
        told = "This key connected numbers too often in a short time."
        raise Refusal(429, "too_many", told, "Wait, then try again.", headers={"Retry-After": str(wait_s)})


@router.post(
    "/onboardings/finish", response=Progress, summary="Bring what a sign-in brought", operation_id="finish_onboarding"
)
def finish(request: HttpRequest, body: Finish) -> Any:
    """Connects the number as far as it goes, up to half a minute. Once; the same state again gives the same answer.
    Needs `numbers`, by the key that began."""
    key = need(request, "numbers")
    if not body.code and not body.event and body.data is None:
        raise unusable("code", "Send a code, an event or data.")
    _limit(key, "finish", 3 * settings.WHATSAPP_RATE_LIMIT_ONBOARDING)
    walked = onboarding.finish(
        key.account_id, body.state, _browser(key), Brought(code=body.code, event=body.event, data=body.data)
    )
    if isinstance(walked, StateRefused):
        told = "This state is unknown, another's, too old, or just being worked on: nothing was changed."
        raise Refusal(409, f"state_{walked.reason}", told, "Begin again.")
    if isinstance(walked, Mistyped):
        errors = [{"field": f"data.{name}", "message": "This can't be right."} for name in walked.fields]
        told = "The form can't be used as it is; its state is still good."
        raise Refusal(422, "invalid", told, "Compare it with what the provider shows.", errors=errors)
    return walked.as_result()


@router.post(
    "/numbers/{int:credential_id}/continue",
    response=Progress,
    summary="Go on with a number that waits",
    operation_id="continue_onboarding",
)
def carry_on(request: HttpRequest, credential_id: RowId, body: Continue) -> Any:
    """With its PIN, its code, or the number that was meant; empty to try again. Needs `numbers`."""
    key = need_number(request, "numbers", credential_id)
    _limit(key, "continue", 3 * settings.WHATSAPP_RATE_LIMIT_ONBOARDING)
    said = {name: value for name in carrying_on.SAID["number"] if (value := getattr(body, name))}
    walked: Walked | None = carrying_on.carry_on(
        key.account_id, credential_id, pin=body.pin, choice=body.choice, code=body.code, said=said
    )
    if walked is None:
        raise _nothing_to_continue(key, credential_id)
    return walked.as_result()


def _nothing_to_continue(key: Key, credential_id: int) -> Refusal:
    if rows.find(key.account_id, credential_id) is None:
        return not_found()
    told = "This number waits for nothing of this kind now."
    return Refusal(409, "nothing_to_continue", told, "Look at its status and steps.")
