"""Production on one machine."""

import logging.config
import sys
from argparse import Namespace

from safarichat.commands.ground import production
from safarichat.ground import logs
from safarichat.project import environment, serving
from safarichat.project.supervise import Role, Supervisor


def run(arguments: Namespace) -> int:
    logging.config.dictConfig(logs.configuration(environment.current()["SAFARICHAT_LOG_LEVEL"]))
    serving.refuse_busy(arguments.host, arguments.port)
    with production() as server:
        supervisor = Supervisor(_roles(arguments), [server.lock] if server else [])
        try:
            supervisor.start()
            print(f"SafariChat serves http://{arguments.host}:{arguments.port}", file=sys.stderr)
            supervisor.watch()
        finally:
            supervisor.stop()
    return 0


def _roles(arguments: Namespace) -> list[Role]:
    address = ["--host", arguments.host, "--port", str(arguments.port)]
    web = [Role(name=f"web-{n}", arguments=["web", *address]) for n in range(1, arguments.web + 1)]
    return web + [Role(name=f"work-{n}", arguments=["work"]) for n in range(1, arguments.workers + 1)]
