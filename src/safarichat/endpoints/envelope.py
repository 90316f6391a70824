"""The bytes that a program gets, and what proves that they are ours."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence

import msgspec

from safarichat.ground.sql import JSON

PREFIX = "whsec_"  # Standard Webhooks: what follows is the key in base64
OBJECT = "whatsapp_business_account"


def body(waba_id: str, field: str, value: JSON) -> bytes:
    """Meta's envelope."""
    change = {"value": value, "field": field}
    return msgspec.json.encode({"object": OBJECT, "entry": [{"id": waba_id, "changes": [change]}]})


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(body: bytes, *, webhook_id: str, at: int, hub: str, all_secrets: Sequence[str]) -> Mapping[str, str]:
    """Both ways to prove it. Meta's holds one signature, with the secret as it is written (`hub`); that of Standard
    Webhooks one for each secret."""
    signed = f"{webhook_id}.{at}.".encode() + body
    return {
        "content-type": "application/json",
        "x-hub-signature-256": "sha256=" + hmac.digest(hub.encode(), body, "sha256").hex(),
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in all_secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    """A secret that was brought along, and is not of this form, counts as it is written."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()
