"""The connect button, Embedded Signup for partners, and what comes back from either (reference §2, §5)."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from safarichat.providers.dialog360.asking import partner_of, solution_of
from safarichat.providers.meta import signup as meta
from safarichat.providers.shapes import JSON, Platform, Signup

HUB = "https://hub.360dialog.com"
FOR_PARTNERS = ("360DIALOG_PARTNER_ID", "D360_PARTNER_API_KEY")
FOR_HOSTED = ("360DIALOG_SOLUTION_ID", "META_APP_ID", "META_CONFIG_ID")


def missing_settings(platform: Platform, mode: str = "signup") -> list[str]:
    needed = {"keys": (), "hosted": (*FOR_PARTNERS, *FOR_HOSTED)}.get(mode, FOR_PARTNERS)
    return [name for name in needed if not platform[name]]


def login(platform: Platform, *, mode: str, state: str) -> Mapping[str, JSON]:
    match mode:
        case "keys":
            return {"flow": "form"}
        case "hosted":
            told = dict(meta.login(platform, mode="signup", state=state))
            sdk = dict(told["sdk"])
            options = dict(sdk["login_options"])
            options["extras"] = {**options["extras"], "setup": {"solutionID": solution_of(platform)}}
            return {"flow": "sdk", "sdk": {**sdk, "login_options": options}}
        case _:
            return {"flow": "redirect", "redirect_url": _hub_url(platform, state)}


def _hub_url(platform: Platform, state: str) -> str:
    """`partner` comes back with the client from the hub's API: it proves whose sign-up it was, since nothing in the
    redirect is signed."""
    query = {"redirect_url": platform.redirect_url, "state": state, "partner": platform.tenant}
    base = platform["D360_HUB_URL"] or HUB
    partner = quote(partner_of(platform), safe="")
    return f"{base.rstrip('/')}/dashboard/app/{partner}/permissions?{urlencode(query)}"


def trusted_origins(platform: Platform) -> tuple[str, ...]:
    return meta.trusted_origins(platform)


def session_event(event: str, data: JSON) -> tuple[str, Mapping[str, JSON]]:
    return meta.session_event(event, data)


def returned(query: Mapping[str, str]) -> tuple[str, Mapping[str, JSON]]:
    """client, channels=[A,B] and revoked=[C], whose members carry no quotes: it looks like JSON and is none."""
    if "client" not in query and "channels" not in query:
        return "", {}
    channels, revoked = _listed(query.get("channels", "")), _listed(query.get("revoked", ""))
    client = query.get("client", "").strip()[:100]
    if not client or not channels:
        return "CANCEL", {"revoked": revoked} if revoked else {}
    return "RETURN", {"client": client, "channels": channels, "revoked": revoked}


def _listed(told: str) -> list[str]:
    inner = told.strip().removeprefix("[").removesuffix("]")
    return [name for part in inner.split(",") if (name := part.strip().strip("\"'")[:100])][:50]


def holder(signup: Signup) -> str:
    """Each number has a key, and so a connection, of its own."""
    return ""
