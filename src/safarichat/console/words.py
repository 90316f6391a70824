"""Sentences that were kept untranslated, put into the reader's language when they are shown."""

from typing import Any

from django.utils.translation import gettext as _

SENTENCES = frozenset({"message", "cure"})


def translated(value: Any) -> Any:
    """A copy of a JSON value in which every `message` and `cure` is in the reader's language."""
    if isinstance(value, dict):
        return {name: _(each) if name in SENTENCES and each and isinstance(each, str) else translated(each)
                for name, each in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [translated(each) for each in value]
    return value
