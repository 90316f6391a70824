"""Somebody removes our app at Facebook, or asks for their data to be deleted (reference §2.13)."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from urllib.parse import parse_qs

from safarichat.providers.cloud_api.loose import decode, text, whole
from safarichat.providers.shapes import Hook, Withdrawal


def withdrawn(hook: Hook, secrets: Mapping[str, str]) -> Withdrawal | None:
    """A form with `signed_request`: the signature is made over the encoded payload, with the app's secret."""
    secret = secrets.get("META_APP_SECRET", "")
    given = parse_qs(hook.body.decode("utf-8", "replace")).get("signed_request", [""])[0]
    signature, dot, payload = given.partition(".")
    if not secret or not dot or not given.isascii():
        return None
    expected = urlsafe_b64encode(hmac.digest(secret.encode(), payload.encode(), "sha256")).decode().rstrip("=")
    if not hmac.compare_digest(expected, signature.rstrip("=")):
        return None
    try:
        told = decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (NotBase64, ValueError):
        return None
    algorithm, person = text(told, "algorithm").upper(), text(told, "user_id")
    if algorithm != "HMAC-SHA256" or not person:
        return None
    return Withdrawal(person=person, at=whole(told, "issued_at") or 0)
