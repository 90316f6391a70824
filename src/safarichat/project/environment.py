"""Every setting, with its meaning and default, and how it is read: environment, then `NAME_FILE`, then `.env`."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class Setting(Struct, frozen=True):
    """`also` are other names for the same thing; `necessary` ones stop a production start when they are missing."""

    name: str
    meaning: str
    default: str = ""
    necessary: bool = False
    also: tuple[str, ...] = ()


class SettingsError(Exception):
    """A setting is missing or unusable; the message is one sentence that names it and never its value."""


SECTIONS: dict[str, list[Setting]] = {
    "Installation": [
        Setting(
            "SAFARICHAT_BASE_URL",
            "The public address of this installation, such as https://chat.example.com. Providers call it.",
            necessary=True,
        ),
        Setting("SAFARICHAT_SECRET_KEY", "Signs sessions and links: any long random text.", necessary=True),
        Setting(
            "SAFARICHAT_ENCRYPTION_KEYS",
            "Encrypts stored secrets: id:base64key,… newest first. `safarichat keys new` makes one. Keep a copy.",
            necessary=True,
        ),
        Setting("DATABASE_URL", "postgresql://user:password@host/database. Empty: an embedded PostgreSQL."),
        Setting("SAFARICHAT_DATA", "Where the embedded database, files, logs and unsent mail are kept.", ".data"),
        Setting("SAFARICHAT_ALLOWED_HOSTS", "Host names to answer to, by comma. Empty: that of the public address."),
        Setting("SAFARICHAT_TRUSTED_PROXIES", "Networks whose X-Forwarded-For and -Proto are believed, by comma."),
        Setting("SAFARICHAT_ALLOWED_PRIVATE_NETWORKS", "Private networks that may be called, by comma. Empty: none."),
        Setting(
            "SAFARICHAT_MEDIA_URL",
            "Where files are kept: s3://key:secret@bucket/prefix?endpoint=…&region=… Empty: the data directory.",
        ),
        Setting("SAFARICHAT_SIGNUP", "Who may sign up: open, invite or closed.", "invite"),
        Setting("EMAIL_URL", "smtp://user:password@host:587, or smtps://. Empty: files in the data directory."),
        Setting("SAFARICHAT_EMAIL_FROM", "The sender of our mail. Empty: safarichat@ the public host."),
        Setting(
            "SAFARICHAT_KEEP_HOOKS_DAYS",
            "How many days webhooks, once understood, and calls out are kept.",
            "7",
        ),
        Setting(
            "SAFARICHAT_KEEP_EVIDENCE_DAYS",
            "How many days a message's timeline is kept. 0: for ever.",
            "365",
        ),
        Setting("SAFARICHAT_KEEP_MESSAGES_DAYS", "How many days messages are kept. 0: for ever.", "0"),
        Setting("SAFARICHAT_KEEP_FILES_DAYS", "How many days their files are kept. 0: as long as messages.", "0"),
        Setting("SAFARICHAT_RATE_LIMIT_API", "What one API key may ask in a minute, messages apart.", "600"),
        Setting("SAFARICHAT_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO"),
        Setting("SAFARICHAT_LANGUAGE", "The language for people who have chosen none.", "en"),
        Setting(
            "SAFARICHAT_TIME_ZONE", "The time zone for people who have chosen none, such as Africa/Nairobi.", "UTC"
        ),
    ],
    "WhatsApp": [
        Setting("WHATSAPP_OFFICIAL_ENABLED", "Whether numbers can be connected at all.", "true"),
        Setting("WHATSAPP_DEFAULT_PROVIDER", "The provider that is offered first.", "360dialog"),
        Setting("WHATSAPP_PROVIDERS", "The providers that are offered, by comma.", "360dialog,twilio,meta"),
        Setting("WHATSAPP_FEATURE_TEMPLATES", "Whether people can send templates from the pages.", "true"),
        Setting("WHATSAPP_FEATURE_MEDIA", "Whether people can send files from the pages.", "true"),
        Setting("WHATSAPP_RATE_LIMIT_ONBOARDING", "Onboardings that one person may start in an hour.", "10"),
        Setting("WHATSAPP_RATE_LIMIT_TEST", "Connection tests of one number in a minute.", "6"),
        Setting("WHATSAPP_EMBEDDED_SIGNUP_REDIRECT_URL", "The callback given to providers. Empty: our own."),
        Setting("WHATSAPP_EMBEDDED_SIGNUP_SUCCESS_URL", "Where the wizard ends well. Empty: our own page."),
        Setting("WHATSAPP_EMBEDDED_SIGNUP_ERROR_URL", "Where the wizard ends badly. Empty: our own page."),
    ],
    "Meta": [
        Setting("META_APP_ID", "The Meta app's id."),
        Setting("META_APP_SECRET", "The Meta app's secret: signs webhooks, exchanges codes."),
        Setting("META_CONFIG_ID", "The Facebook Login for Business configuration of Embedded Signup."),
        Setting("META_BUSINESS_ID", "The business portfolio that owns the app."),
        Setting("META_SOLUTION_ID", "The multi-partner solution that new numbers are shared with, if there is one."),
        Setting("META_WEBHOOK_VERIFY_TOKEN", "Any text; Meta repeats it when the webhook address is registered."),
        Setting("META_SYSTEM_USER_TOKEN", "A system user's token of the app's own business, for its own numbers."),
        Setting("META_GRAPH_VERSION", "The Graph API version to speak.", "v25.0"),
        Setting("META_GRAPH_URL", "The Graph API.", "https://graph.facebook.com"),
        Setting("META_SDK_URL", "Meta's JavaScript SDK.", "https://connect.facebook.net/en_US/sdk.js"),
        Setting("META_DIALOG_URL", "Where Meta's login pages are.", "https://www.facebook.com"),
    ],
    "360dialog": [
        Setting("360DIALOG_PARTNER_ID", "The partner id.", also=("D360_PARTNER_ID",)),
        Setting("360DIALOG_SOLUTION_ID", "The solution id.", also=("D360_SOLUTION_ID",)),
        Setting("D360_PARTNER_API_KEY", "The partner's API key."),
        Setting("D360_PLATFORM_SECRET", "Signs the partner webhooks."),
        Setting("D360_API_URL", "Messages.", "https://waba-v2.360dialog.io"),
        Setting("D360_HUB_URL", "The hub's pages.", "https://hub.360dialog.com"),
        Setting("D360_HUB_API_URL", "The hub's API.", "https://hub.360dialog.io"),
    ],
    "Twilio": [
        Setting("TWILIO_ACCOUNT_SID", "The operator's parent account."),
        Setting("TWILIO_AUTH_TOKEN", "Its token."),
        Setting("TWILIO_SOLUTION_ID", "The partner solution with Twilio, for accounts made for customers."),
        Setting("TWILIO_WHATSAPP_PHONE_NUMBER", "The parent account's own WhatsApp number; staff may connect it."),
        Setting("TWILIO_API_URL", "Accounts and messages.", "https://api.twilio.com"),
        Setting("TWILIO_CONTENT_URL", "Templates.", "https://content.twilio.com"),
        Setting("TWILIO_MESSAGING_URL", "Senders.", "https://messaging.twilio.com"),
    ],
}

ALL = [setting for section in SECTIONS.values() for setting in section]
PROVIDER_SECTIONS = ("WhatsApp", "Meta", "360dialog", "Twilio")


def read(environ: Mapping[str, str], file: Path | None = None) -> dict[str, str]:
    """The value of every setting, by its first name."""
    sources = [environ, dotenv(file)] if file and file.is_file() else [environ]
    return {setting.name: _value(setting, sources) for setting in ALL}


def current() -> dict[str, str]:
    """From this process's environment and the `.env` of its directory (another with SAFARICHAT_ENV_FILE)."""
    return read(os.environ, Path(os.environ.get("SAFARICHAT_ENV_FILE", ".env")))


def refuse_incomplete(values: Mapping[str, str]) -> None:
    missing = [setting for setting in ALL if setting.necessary and not values[setting.name]]
    if missing:
        names = ", ".join(setting.name for setting in missing)
        raise SettingsError(f"These necessary settings are missing: {names} (what each means: .env.example).")


def dotenv(file: Path) -> dict[str, str]:
    """`NAME=value` lines; `#` starts a comment, quotes may surround a value."""
    values = {}
    for line in file.read_text().splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            values[name.strip()] = _unquoted(value.strip())
    return values


def example() -> str:
    """The text of `.env.example`."""
    lines = ["# Every setting. Copy to .env, or set in the environment; NAME_FILE=path reads the value from a file."]
    for section, settings in SECTIONS.items():
        lines += ["", f"# --- {section} ---"]
        for setting in settings:
            also = f" (Also as {', '.join(setting.also)}.)" if setting.also else ""
            must = " Necessary." if setting.necessary else ""
            lines += [f"# {setting.meaning}{must}{also}", f"{setting.name}={setting.default}"]
    return "\n".join(lines) + "\n"


def _value(setting: Setting, sources: list[Mapping[str, str]]) -> str:
    for source in sources:
        for name in (setting.name, *setting.also):
            if source.get(name):
                return source[name].strip()
            if source.get(f"{name}_FILE"):
                return _content(f"{name}_FILE", source[f"{name}_FILE"])
    return setting.default


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as problem:
        raise SettingsError(f"{name} names a file that can't be read ({problem.strerror}).") from None


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and value[0] in value[1:]:
        return value[1 : value.index(value[0], 1)]
    return value.partition(" #")[0].rstrip()
