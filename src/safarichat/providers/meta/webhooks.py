"""Webhooks from Meta: the signature over the exact bytes, and the handshake (reference §7.1, §7.2)."""

import hmac
from collections.abc import Mapping

from safarichat.providers.shapes import Hook


def authentic(hook: Hook, secrets: Mapping[str, str]) -> bool:
    secret = secrets.get("META_APP_SECRET", "")
    given = hook.headers.get("x-hub-signature-256", "")
    if not secret or not given.isascii():
        return False
    expected = "sha256=" + hmac.digest(secret.encode(), hook.body, "sha256").hex()
    return hmac.compare_digest(expected, given.strip().lower())


def greet(hook: Hook, secrets: Mapping[str, str]) -> str | None:
    expected = secrets.get("META_WEBHOOK_VERIFY_TOKEN", "")
    given = hook.query.get("hub.verify_token", "")
    if not expected or hook.query.get("hub.mode") != "subscribe":
        return None
    matches = hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
    return hook.query.get("hub.challenge", "") if matches else None
