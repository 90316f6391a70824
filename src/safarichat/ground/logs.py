"""Logs: facts with ids, to stderr; text on a terminal, JSON lines elsewhere; secrets masked, whoever wrote them."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

MASK = "•••"
SECRETS = re.compile(
    r"""(?ix)
    (?P<name>
        (?: \b(?:[a-z_]*(?:token|secret|password|passwd|proof)|pin|api_?key|sessionid|csrftoken|cookie|authorization)
            ["']? \s* [=:] \s*
          | \bcode ["']? \s* [=:] \s* (?=["']?[^\s"'&,;]{12})  # Graph's error codes are short numbers
        ) ["']? (?:bearer\s+|basic\s+)?
      | \bbearer\s+
      | /connect/ (?=[\w-]{16,})  # whoever holds a connect link may use it
    )
    (?P<value> [^\s"'&,;)}\]]{4,})
    | (?P<token> \b EAA[A-Za-z0-9]{12,} | \b sc_[A-Za-z0-9_-]{12,} )
    | (?P<scheme> \b [a-z][a-z0-9+.]*://[^\s:/@]* : ) (?P<inside> [^\s@/]+ ) (?=@)
    """
)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


@contextmanager
def request() -> Iterator[str]:
    """Give what is logged in the block one id, and yield it."""
    token = _request_id.set(secrets.token_hex(8))
    try:
        yield _request_id.get()
    finally:
        _request_id.reset(token)


def request_id() -> str:
    """The id of the request that is being answered, or the empty string."""
    return _request_id.get()


def masked(text: str) -> str:
    """The text without what looks like a secret."""
    return SECRETS.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    if found["token"]:
        return found["token"][:3] + MASK
    return (found["name"] or found["scheme"]) + MASK


class TextLines(logging.Formatter):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        asked = f" [{request_id()}]" if request_id() else ""
        return masked(f"{at} {record.levelname:<7} {record.name}{asked} {_message(self, record)}")


class JsonLines(logging.Formatter):
    """For a program: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(_message(self, record)),
            "process": record.process,
        }
        if request_id():
            line["request_id"] = request_id()
        return msgspec.json.encode(line).decode()


def _message(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    message = record.getMessage()
    return f"{message}\n{formatter.formatException(record.exc_info)}" if record.exc_info else message


def configuration(level: str, *, file: str = "") -> dict[str, Any]:
    """For logging.config.dictConfig and Django's LOGGING. With a file, stderr gets only what is wrong."""
    stderr: dict[str, Any] = {"class": "logging.StreamHandler", "formatter": "text" if sys.stderr.isatty() else "json"}
    handlers = {"stderr": stderr}
    if file:
        stderr["level"] = "WARNING"
        handlers["file"] = {
            "class": "logging.handlers.RotatingFileHandler",
            "formatter": "json",
            "filename": file,
            "maxBytes": 10_000_000,
            "backupCount": 2,
            "delay": True,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"()": TextLines}, "json": {"()": JsonLines}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},  # a 404 is not news
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners
            "_granian": {"handlers": [], "level": "ERROR", "propagate": True},
            "granian.access": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }
