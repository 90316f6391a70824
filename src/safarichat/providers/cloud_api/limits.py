"""A messaging limit as the platform's nodes write it, whichever way a webhook tells it (reference §7.10, §8)."""

from collections.abc import Mapping

from safarichat.providers.cloud_api.loose import text
from safarichat.providers.shapes import JSON

_TIERS = {"50": "50", "250": "250", "1000": "1K", "2000": "2K", "10000": "10K", "100000": "100K", "-1": "UNLIMITED"}


def limit_in(value: Mapping[str, JSON], *keys: str) -> str:
    """(!) In words TIER_2K, in one example the whole number 2000, in older events -1 for none; empty if not told."""
    told = next((told for key in keys if (told := text(value, key))), "").upper()
    return f"TIER_{_TIERS[told]}" if told in _TIERS else told
