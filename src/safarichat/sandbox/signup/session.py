"""One person's way through Embedded Signup: the steps, what was answered, how it ends."""

from msgspec import Struct, field

from safarichat.sandbox import phones
from safarichat.sandbox.things import JSON, App, PhoneNumber
from safarichat.sandbox.world import ALL_SCOPES, World

STEPS = (
    "BUSINESS_ACCOUNT_SELECTION",
    "WABA_PHONE_PROFILE_PICKER",
    "WHATSAPP_BUSINESS_PROFILE_SETUP",
    "PHONE_NUMBER_SETUP",
    "PHONE_NUMBER_VERIFICATION",
    "PERMISSIONS",
)
NUMBER_STEPS = STEPS[2:5]
FINISHES = (
    "FINISH",
    "FINISH_ONLY_WABA",
    "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING",
    "FINISH_GRANT_ONLY_API_ACCESS",
    "ERROR",
)
NEW = "new"
NONE = "none"


class Session(Struct, kw_only=True):
    """`origin` is the opener's for the SDK's popup; `redirect_uri` is set for full-page login instead."""

    id: str
    app_id: str
    origin: str = ""
    callback_id: str = ""
    redirect_uri: str = ""
    state: str = ""
    scopes_offered: list[str] = field(default_factory=lambda: list(ALL_SCOPES[:2]))
    setup: dict[str, JSON] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    scopes: list[str] | None = None
    step: str = STEPS[0]
    problem: str = ""
    closed: bool = False

    def answer(self, name: str, default: str = "") -> str:
        return self.answers.get(name, default)

    def option(self, name: str) -> str:
        return self.options.get(name, OPTION_DEFAULTS[name])

    def steps(self) -> list[str]:
        """An existing number, or none, needs no set-up; one added later no verification."""
        skipped: tuple[str, ...] = ()
        if self.answer("number", NEW) != NEW:
            skipped = NUMBER_STEPS
        elif self.answer("phone_choice") == NONE:
            skipped = NUMBER_STEPS[2:]
        return [step for step in STEPS if step not in skipped]

    def next_step(self) -> str:
        """Empty after the last one."""
        steps = self.steps()
        at = steps.index(self.step)
        return steps[at + 1] if at + 1 < len(steps) else ""

    def previous_step(self) -> str:
        steps = self.steps()
        at = steps.index(self.step)
        return steps[at - 1] if at else ""

    def finish(self) -> str:
        chosen = self.option("finish")
        without = self.answer("phone_choice") == NONE or self.answer("number") == NONE
        return "FINISH_ONLY_WABA" if chosen == "FINISH" and without else chosen


OPTION_DEFAULTS = {
    "finish": "FINISH",
    "data": "string",
    "order": "before",
    "ids": "all",
    "verified": "yes",
    "pin": "",
    "token": "60d",
    "code": "valid",
}
TOKEN_LIFETIMES_S = {"60d": 5_183_944, "never": 0, "2m": 120}


def begin(app: App, id: str, query: dict[str, str], extras: dict[str, JSON]) -> Session:
    setup = extras.get("setup")
    kind = str(extras.get("featureType") or "")
    features = {str(f.get("name")) for f in extras.get("features") or [] if isinstance(f, dict)}
    session = Session(
        id=id,
        app_id=app.id,
        origin=query.get("sdk_origin", ""),
        callback_id=query.get("sdk_callback", ""),
        redirect_uri="" if query.get("sdk_origin") else query.get("redirect_uri", ""),
        state=query.get("state", ""),
        setup=setup if isinstance(setup, dict) else {},
    )
    if kind in ("whatsapp_business_app_onboarding", "coexistence"):
        session.options["finish"] = "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"
    elif kind == "only_waba_sharing":
        session.options["finish"] = "FINISH_ONLY_WABA"
    elif "app_only_install" in features:
        session.options["finish"] = "FINISH_GRANT_ONLY_API_ACCESS"
    return session


def prefilled(session: Session, *path: str) -> str:
    """A value out of extras.setup, "" when it is not there."""
    value: JSON = session.setup
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return str(value) if isinstance(value, (str, int)) else ""


def chosen_number(world: World, session: Session) -> PhoneNumber | None:
    return world.numbers.get(session.answer("number"))


def complaint(world: World, session: Session) -> str:
    """What is wrong with the answers of the present step; "" when one may go on."""
    match session.step:
        case "BUSINESS_ACCOUNT_SELECTION" if session.answer("business", NEW) == NEW:
            return "" if session.answer("business_name").strip() else "Enter the name of your business."
        case "WHATSAPP_BUSINESS_PROFILE_SETUP":
            return "" if 2 <= len(session.answer("display_name").strip()) <= 75 else "Enter a name of 2 to 75 letters."
        case "PHONE_NUMBER_SETUP" if session.answer("phone_choice") != NONE:
            return _phone_complaint(world, session.answer("phone"))
        case "PHONE_NUMBER_VERIFICATION" if not session.answer("skip_verification"):
            given = phones.digits(session.answer("code"))
            return "" if given == session.answer("code_sent") else "That code is not right. Check it and try again."
    return ""


def _phone_complaint(world: World, given: str) -> str:
    phone = phones.digits(given)
    if not phones.is_real(phone):
        return "Enter a phone number with its country code."
    if world.number(phone) is not None:
        return "This number is already in use with a WhatsApp Business account."
    return ""
