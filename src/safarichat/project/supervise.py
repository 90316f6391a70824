"""The parent of several processes: starts them, restarts those that die, stops them all in time."""

import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from msgspec import Struct

from safarichat.project import lifeline

log = logging.getLogger("safarichat.supervise")

FOLLOW_PARENT = "SAFARICHAT_FOLLOW_PARENT"  # set by the Makefile: when make is killed, so are we
PARENT = os.getppid()  # read first of all: it may die while the database starts
GRACE_S = 6.0
READY_TIMEOUT_S = 120.0  # a laptop that does much else is slow, not broken
SETTLED_S = 10.0
MAX_WAIT_S = 5.0


class Role(Struct, frozen=True, kw_only=True):
    """What a child is: `safarichat` with these arguments. Later waves are stopped after earlier ones."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = {}
    wave: int = 0


class NotReady(RuntimeError):
    """A child did not come up; it has said why itself."""


class Child:
    def __init__(self, role: Role, lifeline_fd: int, keep: Sequence[int]) -> None:
        self.role = role
        self.started_at = time.monotonic()
        self.ready_fd, ready_to_child = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "safarichat", *role.arguments],
            env={
                **os.environ,
                **role.environment,
                lifeline.LIFELINE: str(lifeline_fd),
                lifeline.READY: str(ready_to_child),
            },
            stdin=subprocess.DEVNULL,
            pass_fds=[lifeline_fd, ready_to_child, *keep],
            process_group=0,  # Ctrl-C reaches us alone, and we stop them in order
        )
        os.close(ready_to_child)

    def is_ready(self, wait_s: float) -> bool:
        """Whether it said so within the time; NotReady when it died instead."""
        readable, _, _ = select.select([self.ready_fd], [], [], wait_s)
        if readable and not os.read(self.ready_fd, 1):
            raise NotReady(f"{self.role.name} did not start.")
        return bool(readable)

    def close(self) -> None:
        os.close(self.ready_fd)


class Supervisor:
    """Use: `start`, then `watch` until asked to stop; `stop` in any case.

    `keep` are open files that the children inherit, such as the embedded database's lock.
    """

    def __init__(self, roles: Sequence[Role], keep: Sequence[int] = ()) -> None:
        self.roles = roles
        self.keep = keep
        self.children: list[Child] = []
        self.asked = 0
        self.last_waits: dict[str, float] = {}
        self.lifeline_child_end, self.lifeline_our_end = os.pipe()
        for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(asked, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked += 1

    @property
    def is_asked_to_stop(self) -> bool:
        return self.asked > 0 or (FOLLOW_PARENT in os.environ and os.getppid() != PARENT)

    def pids(self, prefix: str) -> list[int]:
        return [child.process.pid for child in self.children if child.role.name.startswith(prefix)]

    def start(self) -> None:
        """Start all and wait until each says that it is ready."""
        self.children = [self._spawn(role) for role in self.roles]
        until = time.monotonic() + READY_TIMEOUT_S
        for child in self.children:
            while not child.is_ready(0.2) and not self.is_asked_to_stop:
                if time.monotonic() > until:
                    raise NotReady(f"{child.role.name} was not ready after {READY_TIMEOUT_S:.0f} seconds.")

    def _spawn(self, role: Role) -> Child:
        return Child(role, self.lifeline_child_end, self.keep)

    def watch(self, on_restart: Callable[[], None] = lambda: None) -> None:
        """Restart what dies until asked to stop."""
        while not self.is_asked_to_stop:
            time.sleep(0.1)
            for place, child in enumerate(self.children):
                if child.process.poll() is not None and not self.is_asked_to_stop:
                    self.children[place] = self._again(child)
                    on_restart()

    def _again(self, child: Child) -> Child:
        """At once the first time; with growing waits for one that dies as soon as it starts."""
        lived_s = time.monotonic() - child.started_at
        last = self.last_waits.get(child.role.name, 0.0)
        wait_s = 0.0 if lived_s > SETTLED_S else min(max(0.2, last * 2), MAX_WAIT_S)
        self.last_waits[child.role.name] = wait_s
        log.error("%s ended with %s: restarting", child.role.name, child.process.returncode)
        until = time.monotonic() + wait_s
        while time.monotonic() < until and not self.is_asked_to_stop:
            time.sleep(0.05)
        child.close()
        return self._spawn(child.role)

    def stop(self) -> None:
        """Ask each wave to finish, then end it. Asked a second time, don't wait."""
        for wave in sorted({child.role.wave for child in self.children}):
            children = [child.process for child in self.children if child.role.wave == wave]
            for process in children:
                process.terminate()
            until = time.monotonic() + (GRACE_S if wave == 0 else 2.0)
            while any(process.poll() is None for process in children):
                if time.monotonic() > until or self.asked > 1:
                    break
                time.sleep(0.02)
            for process in children:
                process.kill()
                process.wait()
