"""The ways in, as the browser goes them: a form, or Meta's window with Twilio's solution in it (reference §12)."""

from collections.abc import Mapping

from safarichat.providers.meta import signup as meta
from safarichat.providers.shapes import JSON, Platform, Signup

PARENT = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "keys": (),
    "operator": (*PARENT, "TWILIO_WHATSAPP_PHONE_NUMBER"),
    "signup": (*PARENT, "TWILIO_SOLUTION_ID", "META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID"),
}


def missing_settings(platform: Platform, mode: str = "signup") -> list[str]:
    return [name for name in NEEDED.get(mode, NEEDED["signup"]) if not platform[name]]


def login(platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
    """No full page besides the window: only its message tells which account was shared."""
    if mode != "signup":
        return {"flow": "form"}
    told = meta.login(platform, mode="signup", state=state)
    return {"flow": "sdk", "sdk": {**told["sdk"], "login_options": _options(platform)}}


def _options(platform: Platform) -> Mapping[str, JSON]:
    """(!) Without `featureType`: with it Meta would not ask for a number, which then had to be one of Twilio's own."""
    return {
        "config_id": platform["META_CONFIG_ID"],
        "auth_type": "rerequest",
        "response_type": "code",
        "override_default_response_type": True,
        "extras": {"sessionInfoVersion": 3, "setup": {"solutionID": platform["TWILIO_SOLUTION_ID"]}},
    }


def trusted_origins(platform: Platform) -> tuple[str, ...]:
    return meta.trusted_origins(platform)


def session_event(event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]:
    return meta.session_event(event, data)


def returned(query: Mapping[str, str]) -> tuple[str, Mapping[str, JSON]]:
    """Twilio has no page that sends anybody back."""
    return "", {}


def holder(signup: Signup) -> str:
    """Senders of one account share a connection: one token signs for all of them."""
    told = signup.data.get("TWILIO_ACCOUNT_SID")
    return told if signup.mode == "keys" and isinstance(told, str) else ""
