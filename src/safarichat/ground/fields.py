"""Sealed columns: secrets stand encrypted in the row and are opened only at the moment of use.

A sealed text is bound to its table, column and row, so it can't be moved to another row. It needs the row's id:
save first, then seal.
"""

from functools import cache

from django.conf import settings
from django.db import models

from safarichat.ground.keyring import Keyring


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
