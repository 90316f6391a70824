"""Sealed columns: secrets stand encrypted in the row and are opened only at the moment of use.

A sealed text is bound to its table, column and row, so it can't be moved to another row. It needs the row's id:
save first, then seal.
"""

from collections import Counter
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import StrIndex, Substr

from safarichat.ground.keyring import CannotOpen, Keyring


class SealedField(models.TextField):  # type: ignore[type-arg]  # generic only in the stubs
    """A TEXT column that holds nothing but sealed text, or the empty string."""


@cache
def ring() -> Keyring:
    """The installation's keys; one place reads the setting."""
    return Keyring.from_setting(settings.SAFARICHAT_ENCRYPTION_KEYS)


def seal(row: models.Model, column: str, plain: str) -> None:
    """Put `plain` sealed into the row's column; the empty string empties it. Does not save."""
    setattr(row, column, ring().seal(plain, place(row, column)) if plain else "")


def opened(row: models.Model, column: str) -> str:
    """The secret in the row's column, or the empty string. Raises CannotOpen when its key is missing."""
    sealed: str = getattr(row, column) or ""
    return ring().open(sealed, place(row, column)) if sealed else ""


def place(row: models.Model, column: str) -> str:
    if row.pk is None:
        raise ValueError("a row is sealed after it has its id")
    return f"{row._meta.db_table}.{column}:{row.pk}"


def sealed_columns(model: type[models.Model]) -> list[str]:
    """The model's columns that hold sealed text."""
    return [field.name for field in model._meta.get_fields() if isinstance(field, SealedField)]


def count_by_key(model: type[models.Model]) -> dict[str, int]:
    """How many of the model's secrets each key has sealed."""
    counts: Counter[str] = Counter()
    for column in sealed_columns(model):
        key_id = StrIndex(column, Value("."))
        rows = model._default_manager.exclude(**{column: ""}).exclude(**{f"{column}__isnull": True})
        keyed = (
            rows.annotate(key_id=Substr(column, 1, key_id - 1)).values_list("key_id").annotate(count=models.Count("*"))
        )
        counts.update(dict(keyed.order_by()))
    return dict(counts)


def count_unopenable(model: type[models.Model]) -> int:
    """How many of the model's secrets no key of ours opens."""
    lost = 0
    for column in sealed_columns(model):
        for row in model._default_manager.exclude(**{f"{column}__isnull": True}).only("pk", column).iterator():
            try:
                opened(row, column)
            except CannotOpen:
                lost += 1
    return lost
