"""Cuts a client's connection without an answer. ASGI has no way to say it, so the socket is found by its peer."""

import os
import socket


def cut(client: tuple[str, int]) -> None:
    for fd in os.listdir("/dev/fd"):
        try:
            copy = os.dup(int(fd))
        except OSError:  # closed since it was listed
            continue
        try:
            connection = socket.socket(fileno=copy)
        except OSError:  # not a socket, and then the copy is still ours to close
            os.close(copy)
            continue
        try:
            if connection.getpeername()[:2] == client:
                connection.shutdown(socket.SHUT_RDWR)
        except (OSError, IndexError):  # a listening socket has no peer
            pass
        finally:
            connection.close()
