"""Sealing every secret anew under the newest key, beside everybody who reads and writes them.

A row is taken only when nobody else holds it and given a new seal only if its old one still stands there, so a secret
that changes meanwhile keeps its new value. Whoever still has the old keys only can write with them until they are
started anew: what they left is found by the next round, or the next run.
"""

from collections.abc import Iterator

from django.db import models, transaction

from safarichat.ground import fields
from safarichat.ground.keyring import CannotOpen

BATCH = 200


def reseal(model: type[models.Model], column: str) -> Iterator[int]:
    """Once over the model's rows, in small transactions; yields how many each of these sealed anew."""
    after = None
    while batch := _one_batch(model, column, after):
        after, done = batch
        yield done


def resealed(sealed: str, where: str) -> str | None:
    """The same secret under the newest key; None when that sealed it already, or no key of ours opens it."""
    ring = fields.ring()
    if sealed.partition(".")[0] == ring.key_ids()[0]:
        return None
    try:
        return ring.seal(ring.open(sealed, where), where)
    except CannotOpen:
        return None


@transaction.atomic
def _one_batch(model: type[models.Model], column: str, after: object) -> tuple[object, int] | None:
    """The rows after that one: the last of them, and how many were sealed anew. Waits for nobody, so that nobody who
    holds one row and wants another is ever stuck with us."""
    newest = f"{fields.ring().key_ids()[0]}."
    rows = model._default_manager.exclude(**{column: ""}).exclude(**{f"{column}__startswith": newest})
    rows = rows.exclude(**{f"{column}__isnull": True}).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).values_list("pk", column)[:BATCH])
    done = 0
    for pk, sealed in found:
        anew = resealed(sealed, f"{model._meta.db_table}.{column}:{pk}")
        if anew is not None:
            done += model._default_manager.filter(pk=pk, **{column: sealed}).update(**{column: anew})
    return (found[-1][0], done) if found else None
