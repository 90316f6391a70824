"""Settings that are addresses, taken apart for Django."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from safarichat.project.environment import SettingsError

MAIL = "django.core.mail.backends"


def database(url: str) -> dict[str, Any]:
    """DATABASE_URL as one entry of Django's DATABASES."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise SettingsError("DATABASE_URL is not of the form postgresql://user:password@host/database.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {"connect_timeout": 4, **parts},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def mail(url: str, data: Path) -> dict[str, Any]:
    """EMAIL_URL as Django's EMAIL_* settings; without one, mail is kept as files, so that none is lost."""
    if not url:
        return {"EMAIL_BACKEND": f"{MAIL}.filebased.EmailBackend", "EMAIL_FILE_PATH": str(data / "mail")}
    parts = urlsplit(url)
    match parts.scheme:
        case "smtp" | "smtps":
            return _smtp(parts)
        case "file":
            return {"EMAIL_BACKEND": f"{MAIL}.filebased.EmailBackend", "EMAIL_FILE_PATH": unquote(parts.path)}
        case "console":
            return {"EMAIL_BACKEND": f"{MAIL}.console.EmailBackend"}
    raise SettingsError("EMAIL_URL must begin with smtp://, smtps://, file:// or console:.")


def _smtp(parts: SplitResult) -> dict[str, Any]:
    """STARTTLS unless the server is on this machine or `?tls=0` says otherwise."""
    wanted = parse_qs(parts.query).get("tls", [""])[0]
    implicit = parts.scheme == "smtps"
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return {
        "EMAIL_BACKEND": f"{MAIL}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if implicit else 25 if local else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": implicit,
        "EMAIL_USE_TLS": not implicit and (wanted == "1" or (wanted != "0" and not local)),
        "EMAIL_TIMEOUT": 15,
    }


def origin(url: str) -> str:
    """scheme://host[:port] of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
