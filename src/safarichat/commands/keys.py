"""Encryption keys: make one, count what each has sealed."""

import pkgutil
from argparse import Namespace
from collections import Counter

from django.apps import apps

from safarichat.commands.ground import production, start_django
from safarichat.ground import fields, keyring


def run(arguments: Namespace) -> int:
    match arguments.deed:
        case "new":
            print(keyring.new_key())
            return 0
        case _:
            return status()


def status() -> int:
    with production():
        start_django()
        ring = fields.ring()
        counts = Counter(dict.fromkeys(ring.key_ids(), 0))
        for model in apps.get_models():
            counts.update(fields.count_by_key(model))
        counts.update(pkgutil.resolve_name("safarichat.accounts.seeds:count_by_key")())
    for key_id, count in counts.items():
        note = " (seals)" if key_id == ring.key_ids()[0] else "" if key_id in ring.key_ids() else " - KEY MISSING"
        print(f"{key_id}: {count} secrets{note}")
    return 1 if set(counts) - set(ring.key_ids()) else 0
