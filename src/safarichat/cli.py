"""The command line. Each command's work is in `commands/`, loaded when it is asked for: Django only where needed."""

import argparse
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path

from safarichat.ground.embedded import CannotStart
from safarichat.ground.keyring import BadKeys
from safarichat.project import lifeline
from safarichat.project.environment import SettingsError
from safarichat.project.serving import PortBusy
from safarichat.project.supervise import NotReady

REFUSED = 2
Add = Callable[..., argparse.ArgumentParser]


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit code. What stops a start is one sentence on stderr, not a traceback."""
    os.umask(0o077)
    lifeline.follow_parent()
    arguments, rest = _parser().parse_known_args(argv)
    if rest and not arguments.takes_rest:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    arguments.rest = rest
    try:
        code: int = pkgutil.resolve_name(f"safarichat.commands.{arguments.run}")(arguments)
    except (SettingsError, CannotStart, PortBusy, NotReady, BadKeys, PermissionError) as problem:
        print(f"safarichat: {problem}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="safarichat", description="Official WhatsApp numbers, one console, one API.")
    parser.set_defaults(takes_rest=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_demo(commands.add_parser)
    _add_serve(commands.add_parser)
    _add_roles(commands.add_parser)
    _add_schema(commands.add_parser)
    _add_checks(commands.add_parser)
    return parser


def _add_demo(add: Add) -> None:
    demo = add("demo", help="everything on this machine, with a sandbox as every provider")
    demo.add_argument("--port", type=_port, default=8000, help="the console's; the sandbox takes the next one")
    demo.add_argument("--data", type=Path, default=Path(".demo"), help="where everything is kept (.demo)")
    demo.add_argument("--connect", default="", metavar="LIST", help="come up with numbers of these providers: meta")
    demo.add_argument("--ready-file", type=Path, help="written as JSON once everything is up")
    demo.add_argument("--reset", action="store_true", help="forget everything first")
    demo.set_defaults(run="demo:run")


def _add_serve(add: Add) -> None:
    serve = add("serve", help="production on one machine: web and worker processes, supervised")
    _add_address(serve)
    serve.add_argument("--web", type=_count, default=2, metavar="N", help="web processes (2)")
    serve.add_argument("--workers", type=_count, default=2, metavar="N", help="worker processes (2)")
    serve.set_defaults(run="serve:run")


def _add_roles(add: Add) -> None:
    web = add("web", help="one web process")
    _add_address(web)
    web.set_defaults(run="roles:web")
    work = add("work", help="one worker process")
    work.set_defaults(run="roles:work")
    sandbox = add("sandbox", help="the provider sandbox alone, on loopback")
    sandbox.add_argument("--port", type=_port, default=8001)
    sandbox.add_argument("--data", type=Path, default=Path(".demo/sandbox"))
    sandbox.set_defaults(run="roles:sandbox")


def _add_schema(add: Add) -> None:
    migrate = add("migrate", help="bring the database's schema up to date", add_help=False)
    migrate.set_defaults(run="schema:migrate", takes_rest=True)
    manage = add("manage", help="any Django management command", add_help=False)
    manage.set_defaults(run="schema:manage", takes_rest=True)
    bench = add("bench", help="the benchmarks: ingest, queue, accept, send, pacing, growth, fanout", add_help=False)
    bench.add_argument("name", choices=["ingest", "queue", "accept", "send", "pacing", "growth", "fanout"])
    bench.set_defaults(run="roles:bench", takes_rest=True)


def _add_checks(add: Add) -> None:
    check = add("check", help="say what is missing or wrong")
    check.add_argument("--deploy", action="store_true", help="also what matters only in production")
    check.add_argument("--fix", action="store_true", help="register the webhook address of the app")
    check.add_argument("--email", metavar="ADDRESS", help="send a test mail there")
    check.set_defaults(run="check:run")
    keys = add("keys", help="encryption keys")
    keys.add_argument("deed", choices=["new", "rotate", "status"], help="make one; re-seal under it; count")
    keys.set_defaults(run="keys:run")


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=_port, default=8000)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65534:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65534")
    return int(text)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("a number from 1 to 64")
    return int(text)
