"""Languages and time zones that a person may choose."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import check_for_language, get_language_info

REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
GUESSED_ZONE = "time_zone"  # in the session: what the browser said at login


@cache
def zone_names() -> list[str]:
    """Names that people know: Africa/Nairobi and the like, and UTC."""
    return [*sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS), "UTC"]


def zone(name: str) -> ZoneInfo | None:
    """None for a name that is no time zone; it may come from a browser."""
    return ZoneInfo(name) if name in available_zones() else None


@cache
def available_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def language(code: str) -> str | None:
    """None for a language that this installation does not speak."""
    return code if code and code in dict(settings.LANGUAGES) and check_for_language(code) else None


def languages() -> list[tuple[str, str]]:
    """Code and name, in each language's own words."""
    return [
        (code, get_language_info(code)["name_local"].capitalize() if code in LANG_INFO else str(name))
        for code, name in settings.LANGUAGES
    ]
