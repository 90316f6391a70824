"""Encryption keys: make one, seal everything anew under the newest, count what each has sealed."""

import pkgutil
import time
from argparse import Namespace
from collections import Counter

from django.apps import apps

from safarichat.commands.ground import production, start_django
from safarichat.ground import fields, keyring, rotating

ROUNDS = 5  # over what is in use at one moment
PAUSE_S = 1.0


def run(arguments: Namespace) -> int:
    match arguments.deed:
        case "new":
            print(keyring.new_key())
            return 0
        case "rotate":
            return rotate()
        case _:
            return status()


def status() -> int:
    with production():
        start_django()
        return _told(_counted())


def rotate() -> int:
    """Seal every secret under the newest key, beside a running installation; may be stopped and begun again. Exit code
    1: some are left under other keys, and these must stay in the setting."""
    with production():
        start_django()
        newest = fields.ring().key_ids()[0]
        for round_ in range(ROUNDS):
            if not any(count for key_id, count in _counted().items() if key_id != newest):
                break
            if round_:
                time.sleep(PAUSE_S)  # what was in use a moment ago may be free now
            if not _rotate_once():
                break
        counts = _counted()
        _told(counts)
    left = sum(count for key_id, count in counts.items() if key_id != newest)
    print(f"{left} secrets are left under other keys." if left else f"Every secret is sealed with {newest}.")
    return 1 if left else 0


def _rotate_once() -> int:
    """Once over every sealed column and the second factors; how many secrets were sealed anew."""
    every = 0
    for model in apps.get_models():
        for column in fields.sealed_columns(model):
            done = sum(rotating.reseal(model, column))
            every += done
            if done:
                print(f"{model._meta.db_table}.{column}: {done} sealed anew", flush=True)
    seeds: int = pkgutil.resolve_name("safarichat.accounts.seeds:reseal")()
    if seeds:
        print(f"second factors: {seeds} sealed anew", flush=True)
    return every + seeds


def _counted() -> Counter[str]:
    """Secrets by the key that sealed them; also the keys that sealed none."""
    counts = Counter(dict.fromkeys(fields.ring().key_ids(), 0))
    for model in apps.get_models():
        counts.update(fields.count_by_key(model))
    counts.update(pkgutil.resolve_name("safarichat.accounts.seeds:count_by_key")())
    return counts


def _told(counts: Counter[str]) -> int:
    ring = fields.ring()
    for key_id, count in counts.items():
        note = " (seals)" if key_id == ring.key_ids()[0] else "" if key_id in ring.key_ids() else " - KEY MISSING"
        print(f"{key_id}: {count} secrets{note}")
    return 1 if set(counts) - set(ring.key_ids()) else 0
