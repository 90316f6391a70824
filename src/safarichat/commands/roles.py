"""One process of one kind: web, worker, sandbox, benchmark."""

import logging.config
import os
import pkgutil
from argparse import Namespace

from safarichat.commands.ground import production, start_django
from safarichat.ground import logs
from safarichat.project import lifeline, serving


def web(arguments: Namespace) -> int:
    serving.refuse_busy_unless_shared(arguments.host, arguments.port)
    with production():
        start_django()
        serving.serve(pkgutil.resolve_name("safarichat.project.asgi:application"), arguments.host, arguments.port)
    return 0


def work(_arguments: Namespace) -> int:
    with production():
        start_django()
        run = pkgutil.resolve_name("safarichat.workers.runner:main")
        lifeline.say_ready()
        code: int = run()
    return code


def sandbox(arguments: Namespace) -> int:
    level, file = os.environ.get("SAFARICHAT_LOG_LEVEL") or "INFO", os.environ.get("SAFARICHAT_LOG_FILE", "")
    logging.config.dictConfig(logs.configuration(level, file=file))
    serving.refuse_busy_unless_shared("127.0.0.1", arguments.port)
    arguments.data.mkdir(parents=True, exist_ok=True)
    make = pkgutil.resolve_name("safarichat.sandbox.app:create_app")
    serving.serve(make(arguments.data, arguments.port), "127.0.0.1", arguments.port)
    return 0


def bench(arguments: Namespace) -> int:
    code: int = pkgutil.resolve_name("safarichat.bench:run")(arguments.name, arguments.rest)
    return code
