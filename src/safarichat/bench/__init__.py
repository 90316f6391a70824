"""The benchmarks of the contract: `safarichat bench ingest | queue | accept | send | pacing |
growth | fanout`. Each prints JSON lines.

They measure the real processes on a PostgreSQL of their own with all durability on, never an installation's database.
"""

import pkgutil
from collections.abc import Sequence

from safarichat.bench.ground import installation


def run(name: str, argv: Sequence[str]) -> int:
    with installation() as site:
        # Django is ready only now: what stands on its tables can't be imported before.
        code: int = pkgutil.resolve_name(f"safarichat.bench.{name}:run")(site, argv)
    return code
