"""Between a supervisor and its children: a child ends when its parent is gone, and says when it is ready.

Both are pipes that the child inherits. A pipe closes with the process that holds it, also after kill -9.
"""

import os
import signal
import threading
import time

LIFELINE = "SAFARICHAT_LIFELINE_FD"
READY = "SAFARICHAT_READY_FD"
GRACE_S = 6.0


def follow_parent() -> None:
    """In a child, first of all: stop gracefully when the parent is gone, and by force when that takes too long."""
    if LIFELINE in os.environ:
        threading.Thread(target=_wait_for_end, args=[int(os.environ[LIFELINE])], daemon=True).start()


def _wait_for_end(pipe: int) -> None:
    os.read(pipe, 1)  # nothing is ever written: this returns when the parent's end is closed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def say_ready() -> None:
    """In a child: tell the parent, once, that we do our work now."""
    if READY in os.environ:
        pipe = int(os.environ.pop(READY))
        os.write(pipe, b"1")
        os.close(pipe)
