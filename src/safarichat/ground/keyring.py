"""The installation's encryption keys: the first seals, all of them open.

A sealed text is `key-id.base64(nonce + ciphertext)`, AES-256-GCM. The key's id and the place where the text stands
(table, column, row) are authenticated with it, so a sealed text that is moved elsewhere does not open.
"""

import binascii
import re
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class BadKeys(ValueError):
    """The setting does not hold usable keys; the message says why and holds no key."""


class CannotOpen(Exception):
    """Sealed under a key that is not here, or not the text that was sealed at this place."""

    def __init__(self, key_id: str, reason: str) -> None:
        super().__init__(f"cannot open a secret sealed with key {key_id!r}: {reason}")
        self.key_id = key_id


class Keyring:
    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    @classmethod
    def from_setting(cls, setting: str) -> "Keyring":
        """Read `id:base64key,id:base64key`, newest first."""
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(filter(None, re.split(r"[,\s]+", setting)), start=1):
            key_id, _, encoded = entry.partition(":")
            if not encoded or not KEY_ID.fullmatch(key_id):
                raise BadKeys(f"key {place} is not of the form id:base64key (`safarichat keys new` makes one)")
            if key_id in keys:
                raise BadKeys(f"the key id {key_id!r} is there twice")
            keys[key_id] = _decoded(key_id, encoded)
        if not keys:
            raise BadKeys("there is no key (`safarichat keys new` makes one)")
        return cls(keys)

    def key_ids(self) -> list[str]:
        """Newest first; the first one seals."""
        return list(self._ciphers)

    def seal(self, plain: str, where: str) -> str:
        key_id, cipher = next(iter(self._ciphers.items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, plain.encode(), _bound(key_id, where))
        return f"{key_id}.{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, where: str) -> str:
        key_id, _, encoded = sealed.partition(".")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            # Not a key id at all when somebody stored the plain text: don't repeat it.
            raise CannotOpen(key_id if "." in sealed and KEY_ID.fullmatch(key_id) else "?", "no such key")
        try:
            raw = urlsafe_b64decode(encoded)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(key_id, where)).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise CannotOpen(key_id, "it was changed, or belongs to another row") from None

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._ciphers)})"


def key_id_of(sealed: str) -> str:
    """Which key a text was sealed with."""
    return sealed.partition(".")[0]


def new_key() -> str:
    """A new entry for the setting: `id:base64key`."""
    return f"k{secrets.token_hex(3)}:{urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _bound(key_id: str, where: str) -> bytes:
    return f"{key_id}\n{where}".encode()


def _decoded(key_id: str, encoded: str) -> bytes:
    try:
        key = b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        raise BadKeys(f"key {key_id!r} is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKeys(f"key {key_id!r} has {len(key)} bytes instead of {KEY_BYTES}")
    return key
