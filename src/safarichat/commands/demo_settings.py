"""The demo's own settings: made once, kept in its data directory, given to every process of it."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, to_builtins

from safarichat.ground import keyring
from safarichat.project import environment
from safarichat.project.environment import SettingsError

EMAIL = "demo@safarichat.test"
CONNECTABLE = ("meta",)


class Kept(Struct, kw_only=True):
    """What must be the same at the next start. The Meta app is the sandbox's pretend one."""

    password: str
    secret_key: str
    encryption_keys: str
    meta_app_id: str
    meta_app_secret: str
    meta_config_id: str
    meta_business_id: str
    meta_webhook_verify_token: str

    @classmethod
    def load(cls, data: Path) -> "Kept":
        file = data / "demo.json"
        if file.exists():
            return convert(json.loads(file.read_text()), cls)
        made = cls.make()
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            json.dump(to_builtins(made), out, indent=2)
        return made

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
        )

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
            "WHATSAPP_DEFAULT_PROVIDER": "meta",
            "META_APP_ID": self.meta_app_id,
            "META_APP_SECRET": self.meta_app_secret,
            "META_CONFIG_ID": self.meta_config_id,
            "META_BUSINESS_ID": self.meta_business_id,
            "META_WEBHOOK_VERIFY_TOKEN": self.meta_webhook_verify_token,
            "META_GRAPH_URL": sandbox,
            "META_SDK_URL": f"{sandbox}/sdk.js",
            "META_DIALOG_URL": sandbox,
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
            "api_key": None,
            "meta_app_secret": self.meta_app_secret,
            "webhook_verify_token": self.meta_webhook_verify_token,
            "database_url": os.environ["DATABASE_URL"],
        }


def providers(listed: str) -> list[str]:
    """The providers of `--connect`."""
    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names:
        if name not in CONNECTABLE:
            raise SettingsError(f"--connect knows {', '.join(CONNECTABLE)}, not {name}.")
    return names


def _digits(count: int) -> str:
    return str(secrets.choice(range(1, 10))) + "".join(secrets.choice("0123456789") for _ in range(count - 1))
