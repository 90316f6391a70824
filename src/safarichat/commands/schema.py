"""The schema, and Django's own commands."""

from argparse import Namespace

from django.core.management import call_command, execute_from_command_line

from safarichat.commands.ground import production, start_django


def migrate(arguments: Namespace) -> int:
    with production():
        start_django()
        bring_up_to_date(*arguments.rest)
    return 0


def bring_up_to_date(*arguments: str, verbosity: int = 1) -> None:
    call_command("migrate", *arguments, verbosity=verbosity, interactive=False)
    if not arguments:
        call_command("createcachetable", verbosity=0)


def manage(arguments: Namespace) -> int:
    with production():
        start_django()
        execute_from_command_line(["safarichat manage", *arguments.rest])
    return 0
