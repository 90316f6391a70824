"""How a number shows itself to customers: its name, its profile, its photo (reference §3.1, §5.3, §10)."""

from collections.abc import Mapping

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, text
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems, uploading
from safarichat.providers.meta.asking import of_number, read_number
from safarichat.providers.meta.graph import ask, is_ok, listed
from safarichat.providers.meta.verifying import not_done
from safarichat.providers.shapes import JSON, Deed, Done, Number, Platform, Refused, Talk

EDGE = "whatsapp_business_profile"
FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"
LONGEST = {"about": 139, "address": 256, "description": 512, "email": 128}
MOST_WEBSITES, LONGEST_WEBSITE = 2, 256
VERTICALS = frozenset(
    {
        "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT", "HOTEL",
        "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING",
        "PHYSICAL_GAMBLING", "OTC_DRUGS", "MATRIMONY_SERVICE", "UNDEFINED", "NOT_A_BIZ",
    }
)  # fmt: skip
PHOTOS = ("image/jpeg", "image/png")
LARGEST_PHOTO = 5 * 1024 * 1024


# --- the name --------------------------------------------------------------------------------------------------------


def rename(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    """Asks for it: Meta reviews each name, and tells by webhook what came of it."""
    name = " ".join(text(given, "name").split())
    if not 2 <= len(name) <= 75:
        return Refused(problems.NAME_REFUSED)
    answer = yield from ask(of_number(number, platform, "rename", "POST", "", json={"new_display_name": name}))
    if not is_ok(answer):
        return not_done(answer)
    facts = yield from read_number(number, platform)
    message = N_("The name is asked for. The old one is shown until Meta has reviewed it, mostly within a day or two.")
    return Done(message=message, facts={"new_display_name": name, "new_name_status": "PENDING_REVIEW", **facts})


# --- the profile -----------------------------------------------------------------------------------------------------


def read_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    answer = yield from ask(of_number(number, platform, "read profile", "GET", EDGE, query={"fields": FIELDS}))
    if not is_ok(answer):
        return not_done(answer)
    told = listed(answer)
    profile = {name: value for name, value in told[0].items() if name != "messaging_product"} if told else {}
    return Done(facts={"profile": profile})


def write_profile(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    profile = mapping(given, "profile")
    if wrong := [name for name, value in profile.items() if not _fits(name, value)]:
        return Refused(replace(problems.PROFILE_REFUSED, details=", ".join(wrong)))
    return (yield from _write(number, platform, profile))


def _write(number: Number, platform: Platform, profile: Mapping[str, JSON]) -> Talk[Deed]:
    body = {"messaging_product": "whatsapp", **profile}
    answer = yield from ask(of_number(number, platform, "write profile", "POST", EDGE, json=body))
    if not is_ok(answer):
        return not_done(answer)
    read = yield from read_profile(number, platform, {})
    facts = read.facts if isinstance(read, Done) else {}
    return Done(message=N_("The profile is saved: customers see it within minutes."), facts=facts)


def _fits(name: str, value: JSON) -> bool:
    if name == "websites":
        return (
            isinstance(value, list)
            and len(value) <= MOST_WEBSITES
            and all(isinstance(each, str) and len(each) <= LONGEST_WEBSITE for each in value)
        )
    if name == "vertical":
        return value in VERTICALS
    is_empty_about = name == "about" and not value
    return isinstance(value, str) and len(value) <= LONGEST.get(name, -1) and not is_empty_about


# --- the photo -------------------------------------------------------------------------------------------------------


def write_photo(number: Number, platform: Platform, given: Mapping[str, JSON]) -> Talk[Deed]:
    mime_type, data = text(given, "mime_type"), given.get("data")
    if mime_type not in PHOTOS or not isinstance(data, bytes) or not 0 < len(data) <= LARGEST_PHOTO:
        return Refused(problems.PHOTO_REFUSED)
    handle = yield from uploading.handle_of(number, platform, mime_type, data, name="photo")
    if not isinstance(handle, str):
        return not_done(handle)
    return (yield from _write(number, platform, {"profile_picture_handle": handle}))
