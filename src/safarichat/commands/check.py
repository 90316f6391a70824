"""Says in plain words what is missing or wrong."""

import os
import pkgutil
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from safarichat.commands.ground import database, start_django
from safarichat.project import checks, environment
from safarichat.project.checks import Finding, Level

SIGNS = {Level.OK: "ok      ", Level.WARNING: "warning ", Level.BLOCKS: "BLOCKS  "}


def run(arguments: Namespace) -> int:
    found = []
    for finding in _findings(arguments):
        print(f"{SIGNS[finding.level]} {finding.what}", flush=True)
        found.append(finding.level)
    return 1 if Level.BLOCKS in found else 0


def _findings(arguments: Namespace) -> Iterator[Finding]:
    values = environment.current()
    first = list(checks.settings(values))
    yield from first
    with database(values["DATABASE_URL"], Path(values["SAFARICHAT_DATA"])):
        second = list(checks.database(values["DATABASE_URL"] or os.environ["DATABASE_URL"]))
        yield from second
        if any(finding.level == Level.BLOCKS for finding in first + second):
            yield checks.warning("More can be checked once this is put right.")
            return
        start_django()
        yield from _inside(arguments)
        yield from checks.public_address(values["SAFARICHAT_BASE_URL"], is_deploy=arguments.deploy)


def _inside(arguments: Namespace) -> Iterator[Finding]:
    inside = pkgutil.resolve_name("safarichat.project.checks_inside")
    schema = list(inside.schema())
    yield from schema
    if all(finding.level == Level.OK for finding in schema):
        yield from inside.secrets()
    yield from inside.each_provider(fix=arguments.fix)
    yield from inside.mail(send_to=arguments.email or "")
    if arguments.deploy:
        yield from inside.deploy()
