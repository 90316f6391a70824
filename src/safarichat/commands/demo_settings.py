"""The demo's own settings: made once, kept in its data directory, given to every process of it."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from safarichat import providers as known
from safarichat.ground import keyring
from safarichat.project import environment
from safarichat.project.environment import SettingsError

EMAIL = "demo@safarichat.test"
TWILIO_PHONE_NUMBER = "+14155550100"  # kept free for fiction


class Kept(Struct, kw_only=True):
    """What must be the same at the next start. Apps and accounts at providers are the sandbox's pretend ones."""

    password: str
    secret_key: str
    encryption_keys: str
    meta_app_id: str
    meta_app_secret: str
    meta_config_id: str
    meta_business_id: str
    meta_webhook_verify_token: str
    d360_partner_id: str
    d360_partner_api_key: str
    d360_platform_secret: str
    d360_solution_id: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_solution_id: str
    api_key: str = ""  # made once there is an account

    @classmethod
    def load(cls, data: Path) -> "Kept":
        """What an older demo has not made yet is made now."""
        file = data / "demo.json"
        old = json.loads(file.read_text()) if file.exists() else {}
        kept = to_builtins(cls.make()) | old
        if kept != old:
            _write(file, kept)
        return convert(kept, cls)

    @classmethod
    def make(cls) -> "Kept":
        return cls(
            password="-".join(secrets.token_hex(3) for _ in range(3)),
            secret_key=secrets.token_urlsafe(48),
            encryption_keys=keyring.new_key(),
            meta_app_id=_digits(16),
            meta_app_secret=secrets.token_hex(16),
            meta_config_id=_digits(16),
            meta_business_id=_digits(15),
            meta_webhook_verify_token=secrets.token_urlsafe(24),
            d360_partner_id=f"{secrets.token_hex(3)}PA",
            d360_partner_api_key=secrets.token_urlsafe(32),
            d360_platform_secret=secrets.token_hex(24),
            d360_solution_id=_digits(16),
            twilio_account_sid=f"AC{secrets.token_hex(16)}",
            twilio_auth_token=secrets.token_hex(16),
            twilio_solution_id=_digits(16),
        )

    def with_api_key(self, key: str, data: Path) -> "Kept":
        kept = replace(self, api_key=key)
        _write(data / "demo.json", to_builtins(kept))
        return kept

    def environment(self, port: int, data: Path) -> dict[str, str]:
        """Every setting is ours: what this shell or a `.env` holds for production must not reach the demo."""
        sandbox = f"http://127.0.0.1:{port + 1}"
        ours = {
            "SAFARICHAT_BASE_URL": f"http://127.0.0.1:{port}",
            "SAFARICHAT_SECRET_KEY": self.secret_key,
            "SAFARICHAT_ENCRYPTION_KEYS": self.encryption_keys,
            "SAFARICHAT_DATA": str(data),
            "SAFARICHAT_ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
            "SAFARICHAT_SIGNUP": "open",
            "WHATSAPP_DEFAULT_PROVIDER": "360dialog",
            "META_APP_ID": self.meta_app_id,
            "META_APP_SECRET": self.meta_app_secret,
            "META_CONFIG_ID": self.meta_config_id,
            "META_BUSINESS_ID": self.meta_business_id,
            "META_WEBHOOK_VERIFY_TOKEN": self.meta_webhook_verify_token,
            "META_GRAPH_URL": sandbox,
            "META_SDK_URL": f"{sandbox}/sdk.js",
            "META_DIALOG_URL": sandbox,
            "D360_PARTNER_ID": self.d360_partner_id,
            "D360_SOLUTION_ID": self.d360_solution_id,
            "D360_PARTNER_API_KEY": self.d360_partner_api_key,
            "D360_PLATFORM_SECRET": self.d360_platform_secret,
            "D360_API_URL": f"{sandbox}/360dialog/messaging",
            "D360_HUB_URL": f"{sandbox}/360dialog/hub",
            "D360_HUB_API_URL": f"{sandbox}/360dialog/hub-api",
            "TWILIO_ACCOUNT_SID": self.twilio_account_sid,
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token,
            "TWILIO_SOLUTION_ID": self.twilio_solution_id,
            "TWILIO_WHATSAPP_PHONE_NUMBER": TWILIO_PHONE_NUMBER,
            "TWILIO_API_URL": f"{sandbox}/twilio/api",
            "TWILIO_CONTENT_URL": f"{sandbox}/twilio/content",
            "TWILIO_MESSAGING_URL": f"{sandbox}/twilio/messaging",
            "SAFARICHAT_ENV_FILE": os.devnull,
        }
        chosen = ("DATABASE_URL", "SAFARICHAT_LOG_LEVEL", "SAFARICHAT_LANGUAGE", "SAFARICHAT_TIME_ZONE")
        others = {
            name: ""
            for setting in environment.ALL
            for plain in (setting.name, *setting.also)
            for name in (plain, f"{plain}_FILE")
            if plain not in chosen and name in os.environ
        }
        return {**others, **ours}

    def facts(self, port: int) -> dict[str, Any]:
        """What the ready-file says but for numbers and processes."""
        return {
            "url": f"http://127.0.0.1:{port}",
            "sandbox_url": f"http://127.0.0.1:{port + 1}",
            "email": EMAIL,
            "password": self.password,
            "api_key": self.api_key,
            "meta_app_secret": self.meta_app_secret,
            "webhook_verify_token": self.meta_webhook_verify_token,
            "database_url": os.environ["DATABASE_URL"],
        }


def providers(listed: str) -> list[str]:
    """The providers of `--connect`."""
    names = [known.canonical(name) for name in listed.split(",") if name.strip()]
    for name in names:
        if name not in known.names():
            raise SettingsError(f"--connect knows {', '.join(known.names())}, not {name}.")
    return list(dict.fromkeys(names))


def _write(file: Path, kept: dict[str, Any]) -> None:
    """For nobody else's eyes, and whole or not at all."""
    making = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(kept, out, indent=2)
    making.replace(file)


def _digits(count: int) -> str:
    return str(secrets.choice(range(1, 10))) + "".join(secrets.choice("0123456789") for _ in range(count - 1))
