"""What commands stand on: complete settings, a database, Django."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from safarichat.ground import embedded
from safarichat.project import environment


@contextmanager
def production() -> Iterator[embedded.Server | None]:
    """Complete settings and a database; the embedded server, or None with a DATABASE_URL."""
    values = environment.current()
    environment.refuse_incomplete(values)
    with database(values["DATABASE_URL"], Path(values["SAFARICHAT_DATA"])) as server:
        yield server


@contextmanager
def database(url: str, data: Path) -> Iterator[embedded.Server | None]:
    if url:
        yield None
        return
    with embedded.running(data) as server:
        os.environ["DATABASE_URL"] = server.url
        yield server


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "safarichat.project.settings"
    django.setup()
