"""What a sender's profile may say (reference §11)."""

from safarichat.sandbox.things import JSON
from safarichat.sandbox.twilio.problems import Refused

VERTICALS = [
    "Alcohol",
    "Automotive",
    "Beauty, Spa and Salon",
    "Clothing and Apparel",
    "Education",
    "Entertainment",
    "Event Planning and Service",
    "Finance and Banking",
    "Food and Grocery",
    "Hotel and Lodging",
    "Matrimony Service",
    "Medical and Health",
    "Non-profit",
    "Online Gambling",
    "OTC Drugs",
    "Other",
    "Physical Gambling",
    "Professional Services",
    "Public Service",
    "Restaurant",
    "Shopping and Retail",
    "Travel and Transportation",
]
TEXTS = ("name", "about", "address", "description", "logo_url")
LISTS = {"websites": "website", "emails": "email"}
LONGEST_NAME = 255


def check_profile(given: dict[str, JSON]) -> dict[str, JSON]:
    """The fields that were given, or a refusal that says which is wrong."""
    profile = given.get("profile") or {}
    if not isinstance(profile, dict):
        raise Refused(63100, "profile must be an object")
    for name in TEXTS:
        if not isinstance(profile.get(name) or "", str):
            raise Refused(63100, f"profile.{name} must be a text")
    if "name" in profile and not 1 <= len(profile["name"] or "") <= LONGEST_NAME:
        raise Refused(63100, f"profile.name must be 1 to {LONGEST_NAME} characters long")
    if profile.get("vertical") and profile["vertical"] not in VERTICALS:
        raise Refused(63100, "profile.vertical is none of Twilio's")
    for name, inner in LISTS.items():
        entries = profile.get(name) or []
        if not isinstance(entries, list) or not all(isinstance(each, dict) and each.get(inner) for each in entries):
            raise Refused(63100, f"profile.{name} must be a list of objects with {inner}")
    return {
        name: value for name, value in profile.items() if name in (*TEXTS, "vertical", *LISTS) and value is not None
    }
