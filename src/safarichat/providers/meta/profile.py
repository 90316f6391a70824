"""How a number shows itself to customers: its name, its profile, its photo (reference §3.1, §5.3, §10)."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from msgspec.structs import replace

from safarichat.providers.cloud_api.loose import mapping, text, whole
from safarichat.providers.errors import N_
from safarichat.providers.meta import problems
from safarichat.providers.meta.asking import of_number, read_number
from safarichat.providers.meta.graph import app_of, ask, graph, is_ok, listed, node, token_of
from safarichat.providers.meta.verifying import not_done
from safarichat.providers.shapes import JSON, Answer, Call, Deed, Done, Lost, Number, Platform, Refused, Talk

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
PHOTOS = {"image/jpeg": "jpg", "image/png": "png"}
LARGEST_PHOTO = 5 * 1024 * 1024
UPLOAD_S = 20.0


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
    """An upload that can be resumed; its handle goes into the profile."""
    mime_type, data = text(given, "mime_type"), given.get("data")
    if mime_type not in PHOTOS or not isinstance(data, bytes) or not 0 < len(data) <= LARGEST_PHOTO:
        return Refused(problems.PHOTO_REFUSED)
    answer = yield from ask(_begin_call(number, platform, mime_type, len(data)))
    upload = text(node(answer), "id")
    if not upload:
        return not_done(answer)
    answer = yield from _send(number, platform, upload, data)
    handle = text(node(answer), "h")
    if not handle:
        return not_done(answer)
    return (yield from _write(number, platform, {"profile_picture_handle": handle}))


def _begin_call(number: Number, platform: Platform, mime_type: str, length: int) -> Call:
    query = {"file_name": f"photo.{PHOTOS[mime_type]}", "file_length": str(length), "file_type": mime_type}
    app_id = app_of(number) or platform["META_APP_ID"]
    return graph(platform, "begin upload", "POST", f"{app_id}/uploads", token_of(number), query=query, app_id=app_id)


def _send(number: Number, platform: Platform, upload: str, data: bytes) -> Talk[Answer]:
    """Cut off, it goes on once from where Meta says that it stopped."""
    answer = yield from ask(_upload_call(number, platform, upload, "POST", data, 0))
    if isinstance(answer, Lost):
        told = yield from ask(_upload_call(number, platform, upload, "GET"))
        offset = whole(node(told), "file_offset")
        if offset is not None and 0 <= offset <= len(data):
            answer = yield from ask(_upload_call(number, platform, upload, "POST", data[offset:], offset))
    return answer


def _upload_call(
    number: Number, platform: Platform, upload: str, method: str, data: bytes | None = None, offset: int = 0
) -> Call:
    """(!) The id has a query of its own in it, and the header says OAuth where all others say Bearer."""
    path, _, query = upload.partition("?")
    token = token_of(number)
    call = graph(platform, "upload", method, path, token, query=dict(parse_qsl(query)), app_id=app_of(number))
    headers = {"authorization": f"OAuth {token}"}
    if data is None:
        return replace(call, headers=headers)
    headers |= {"file_offset": str(offset), "content-type": "application/octet-stream"}
    return replace(call, headers=headers, data=data, timeout_s=UPLOAD_S)
