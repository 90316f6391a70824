"""A sender's business profile: Twilio's shape and words in, the Cloud API's out, and back (reference §11)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import mappings, text, texts
from safarichat.providers.shapes import JSON

_PLAIN = ("about", "address", "description")
# The Cloud API's words for a trade, and Twilio's titles of the same.
VERTICALS: Mapping[str, str] = {
    "ALCOHOL": "Alcohol",
    "APPAREL": "Clothing and Apparel",
    "AUTO": "Automotive",
    "BEAUTY": "Beauty, Spa and Salon",
    "EDU": "Education",
    "ENTERTAIN": "Entertainment",
    "EVENT_PLAN": "Event Planning and Service",
    "FINANCE": "Finance and Banking",
    "GOVT": "Public Service",
    "GROCERY": "Food and Grocery",
    "HEALTH": "Medical and Health",
    "HOTEL": "Hotel and Lodging",
    "MATRIMONY_SERVICE": "Matrimony Service",
    "NONPROFIT": "Non-profit",
    "ONLINE_GAMBLING": "Online Gambling",
    "OTC_DRUGS": "OTC Drugs",
    "OTHER": "Other",
    "PHYSICAL_GAMBLING": "Physical Gambling",
    "PROF_SERVICES": "Professional Services",
    "RESTAURANT": "Restaurant",
    "RETAIL": "Shopping and Retail",
    "TRAVEL": "Travel and Transportation",
}
_FROM_TITLES = {title: word for word, title in VERTICALS.items()}


def profile_of(told: Mapping[str, JSON]) -> dict[str, JSON]:
    """Without what is empty."""
    email = next((text(each, "email") for each in mappings(told, "emails")), "")
    title = text(told, "vertical")
    profile: dict[str, JSON] = {name: text(told, name) for name in _PLAIN}
    profile |= {
        "email": email,
        "vertical": _FROM_TITLES.get(title, title),
        "websites": [url for each in mappings(told, "websites") if (url := text(each, "website"))],
        "profile_picture_url": text(told, "logo_url"),
    }
    return {name: value for name, value in profile.items() if value}


def changes_to(profile: Mapping[str, JSON]) -> dict[str, JSON]:
    """Only what is to be changed; what Twilio has no place for is left out."""
    body: dict[str, JSON] = {name: text(profile, name) for name in _PLAIN if name in profile}
    if "email" in profile:
        email = text(profile, "email")
        body["emails"] = [{"email": email, "label": "Email"}] if email else []
    if "vertical" in profile:
        word = text(profile, "vertical")
        body["vertical"] = VERTICALS.get(word.upper(), word)
    if "websites" in profile:
        body["websites"] = [{"website": url, "label": "Website"} for url in texts(profile, "websites")]
    return body
