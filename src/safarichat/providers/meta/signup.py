"""Embedded Signup: what the browser needs to open it and what it brings back (reference §2)."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import msgspec

from safarichat.providers.cloud_api.loose import decode, text, texts
from safarichat.providers.errors import N_
from safarichat.providers.meta.graph import version
from safarichat.providers.shapes import JSON, Platform, Problem, Signup

NEEDED = ("META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID", "META_WEBHOOK_VERIFY_TOKEN")
FINISHED = frozenset(
    {
        "FINISH",
        "FINISH_ONLY_WABA",
        "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING",
        "FINISH_GRANT_ONLY_API_ACCESS",
        "FINISH_OBO_MIGRATION",
    }
)
OWN_APP = "keys"  # the way with an app of one's own
COEXISTENCE = "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"
_IDS = ("phone_number_id", "waba_id", "business_id", "waac_id", "cs_id")  # cs_id: the number's, from 2027 on
_TOLD = ("current_step", "error_message", "error_id", "error_code", "session_id", "timestamp")
_LISTS = ("ad_account_ids", "page_ids", "dataset_ids")


def missing_settings(platform: Platform, mode: str = "signup") -> list[str]:
    return [] if mode == OWN_APP else [name for name in NEEDED if not platform[name]]


def login(platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
    """The SDK's options, and the address of the same signup as a full page for browsers that block popups."""
    if mode == OWN_APP:
        return {"flow": "form"}
    return {
        "flow": "sdk",
        "sdk": {
            "app_id": platform["META_APP_ID"],
            "config_id": platform["META_CONFIG_ID"],
            "graph_version": version(platform),
            "sdk_url": platform["META_SDK_URL"] or "https://connect.facebook.net/en_US/sdk.js",
            "login_options": login_options(platform, mode),
        },
        "redirect_url": page_url(platform, mode, state),
    }


def login_options(platform: Platform, mode: str) -> Mapping[str, JSON]:
    return {
        "config_id": platform["META_CONFIG_ID"],
        "response_type": "code",
        "override_default_response_type": True,
        "extras": _extras(platform, mode),
    }


def page_url(platform: Platform, mode: str, state: str) -> str:
    """No window message comes back from here: the account is found by what was shared."""
    query = {
        "client_id": platform["META_APP_ID"],
        "redirect_uri": platform.redirect_url,
        "state": state,
        "config_id": platform["META_CONFIG_ID"],
        "response_type": "code",
        "override_default_response_type": "true",
        "extras": msgspec.json.encode(_extras(platform, mode)).decode(),
    }
    return f"{_dialog_url(platform)}/{version(platform)}/dialog/oauth?{urlencode(query)}"


def _extras(platform: Platform, mode: str) -> Mapping[str, JSON]:
    """A solution that several partners share stands among the set-up (reference §2.10)."""
    setup = {"solutionID": platform["META_SOLUTION_ID"]} if platform["META_SOLUTION_ID"] else {}
    feature = "whatsapp_business_app_onboarding" if mode == "coexistence" else ""
    return {"setup": setup, "featureType": feature, "sessionInfoVersion": "3"}


def _dialog_url(platform: Platform) -> str:
    return (platform["META_DIALOG_URL"] or "https://www.facebook.com").rstrip("/")


def trusted_origins(platform: Platform) -> tuple[str, ...]:
    """(!) Meta's own sample, `endsWith('facebook.com')`, would trust notfacebook.com too."""
    dialog = urlsplit(_dialog_url(platform))
    return ("https://facebook.com", "https://*.facebook.com", f"{dialog.scheme}://{dialog.netloc}")


# --- what comes back -------------------------------------------------------------------------------------------------


def session_event(event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]:
    """The window message's event and data; `data` may be the whole message, and each of them JSON in a string."""
    given = _opened(data)
    if text(given, "type") == "WA_EMBEDDED_SIGNUP":
        event, given = text(given, "event"), _opened(given.get("data"))
    event = event.strip().upper()
    if event not in FINISHED and event not in ("CANCEL", "ERROR"):
        return "", {}
    kept: dict[str, JSON] = {key: told for key in _IDS if (told := text(given, key)).isdigit()}
    if "cs_id" in kept:
        kept.setdefault("phone_number_id", kept["cs_id"])
    kept |= {key: told[:500] for key in _TOLD if (told := text(given, key))}
    kept |= {key: ids for key in _LISTS if (ids := texts(given, key))}
    return event, kept


def _opened(data: JSON) -> Mapping[str, JSON]:
    if isinstance(data, str):
        try:
            data = decode(data.encode("utf-8", "replace"))
        except ValueError:
            return {}
    return data if isinstance(data, dict) else {}


_STEPS: Mapping[str, str] = {
    "BUSINESS_ACCOUNT_SELECTION": N_("The sign-in was closed while the business was being chosen."),
    "WABA_PHONE_PROFILE_PICKER": N_("The sign-in was closed while the account and number were being chosen."),
    "WHATSAPP_BUSINESS_PROFILE_SETUP": N_("The sign-in was closed while the business profile was being filled in."),
    "PHONE_NUMBER_SETUP": N_("The sign-in was closed while the phone number was being added."),
    "PHONE_NUMBER_VERIFICATION": N_("The sign-in was closed before the phone number was verified."),
    "PERMISSIONS": N_("The sign-in was closed before the permissions were given."),
}


def stopped(event: str, data: Mapping[str, JSON]) -> Problem:
    """Why a signup was not finished: given up at a step, or an error, which the person may have reported."""
    if event == "CANCEL" and not text(data, "error_message"):
        step = text(data, "current_step")
        return Problem(
            key="cancelled",
            message=_STEPS.get(step, N_("The sign-in was closed before it was finished.")),
            cure=N_("Nothing was changed. Start again whenever you like."),
            details=step,
            fault="business",
        )
    told, reference = text(data, "error_message"), text(data, "error_id") or text(data, "error_code")
    return Problem(
        key="signup_error",
        message=N_("Meta's sign-in stopped with an error."),
        cure=N_("Read Meta's message in the details, cure its cause and start again."),
        details=f"{told} ({reference})" if told and reference else told or reference,
        fault="business",
        trace_id=text(data, "session_id"),
    )


def holder(signup: Signup) -> str:
    """An app of a person's own; numbers that came through the operator's have none."""
    return text(signup.data, "app_id") if signup.mode == OWN_APP else ""
