"""Webhooks from Twilio: whose they are (reference §8). Twilio signs the public address and, in a form, its values."""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from safarichat.providers.shapes import Hook

TOKENS = ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY")  # while a token is rotated both are good
RETRIES = "#rc=5&rp=all&tt=15000"  # neither sent nor signed: it tells Twilio to try again, which it does not by itself
_DEFAULT_PORTS = {"https": 443, "http": 80}


def authentic(hook: Hook, secrets: Mapping[str, str]) -> bool:
    given = hook.headers.get("x-twilio-signature", "")
    tokens = [token for name in TOKENS if (token := secrets.get(name, ""))]
    if not given or not given.isascii() or not tokens:
        return False
    is_form = hook.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded")
    if not is_form and not _fits_digest(hook):
        return False
    signed = [url.encode() + values for url in _addresses(hook.url) for values in _values(hook, is_form)]
    return any(hmac.compare_digest(signature(token, data), given) for token in tokens for data in signed)


def signature(token: str, data: bytes) -> str:
    return b64encode(hmac.digest(token.encode(), data, "sha1")).decode()


def _fits_digest(hook: Hook) -> bool:
    """Of a body that is no form only the address is signed; its digest stands there."""
    digest = hook.query.get("bodySHA256", "")
    return hmac.compare_digest(digest.encode("utf-8", "replace"), sha256(hook.body).hexdigest().encode())


def _values(hook: Hook, is_form: bool) -> list[bytes]:
    """The form's names and values in their order. (!) On a name that comes twice Twilio's own libraries differ."""
    if not is_form:
        return [b""]
    given = parse_qsl(hook.body.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    ways = (
        sorted(given, key=lambda pair: pair[0]),  # each value, as it came
        sorted(set(given)),  # each different value once, in order
        sorted(dict(reversed(given)).items()),  # the first value only
    )
    return list(dict.fromkeys("".join(map("".join, way)).encode("utf-8", "surrogateescape") for way in ways))


def _addresses(url: str) -> Iterator[str]:
    """As it is, without its port, and with the one that its scheme stands for: Twilio may have called either."""
    yield url
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    try:
        port = parts.port
    except ValueError:
        return
    if port is not None:
        yield urlunsplit(parts._replace(netloc=host))
    elif default := _DEFAULT_PORTS.get(parts.scheme):
        yield urlunsplit(parts._replace(netloc=f"{host}:{default}"))


def greet(hook: Hook, secrets: Mapping[str, str]) -> str | None:
    """Twilio has no handshake."""
    return None


def own_address(hook_url: str, opaque: str = "") -> str:
    """Our webhook address as it is given to Twilio: with our own id of a message, and how to repeat what failed."""
    return f"{hook_url}{f'?m={opaque}' if opaque else ''}{RETRIES}"
