"""The schema, and Django's own commands."""

from argparse import Namespace

from django.core.management import call_command, execute_from_command_line
from django.db import connection

from safarichat.commands.ground import production, start_django
from safarichat.project import checks, environment
from safarichat.project.checks import Level
from safarichat.project.environment import SettingsError


def migrate(arguments: Namespace) -> int:
    with production():
        start_django()
        bring_up_to_date(*arguments.rest)
    return 0


def bring_up_to_date(*arguments: str, verbosity: int = 1) -> None:
    """Migrate, unless the database is somebody else's: then say so, having altered nothing."""
    found = checks.database(environment.current()["DATABASE_URL"])
    wrong = [finding.what for finding in found if finding.level == Level.BLOCKS]
    if wrong:
        raise SettingsError(wrong[0])
    call_command("migrate", *arguments, verbosity=verbosity, interactive=False)
    if not arguments:
        call_command("createcachetable", verbosity=0)
    connection.close()  # what follows may be hours of watching


def manage(arguments: Namespace) -> int:
    with production():
        start_django()
        execute_from_command_line(["safarichat manage", *arguments.rest])
    return 0
