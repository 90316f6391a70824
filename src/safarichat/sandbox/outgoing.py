"""The one way out: calls to webhooks, to loopback addresses only."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError


class Reached(Struct):
    """`status` is 0 when there was no answer; `text` then says why."""

    status: int
    text: str
    content_type: str = ""


class Fetched(Struct):
    """A file from somebody else's address; `status` is 0 when there was no answer."""

    status: int
    data: bytes = b""
    content_type: str = ""


class Outgoing:
    def __init__(self) -> None:
        self.client: Client | None = None

    async def call(self, method: str, url: str, *, query: Mapping[str, str] | None = None, body: bytes = b"",
                   headers: Mapping[str, str] | None = None, timeout_s: float = 10) -> Reached:  # fmt: skip
        if not is_loopback(url):
            return Reached(0, "The sandbox calls loopback addresses only.")
        request = self._open().request(method, url).timeout(timedelta(seconds=timeout_s)).headers(dict(headers or {}))
        if query:
            request = request.query(dict(query))
        if body:
            request = request.body_bytes(body)
        try:
            response = await request.build().send()
            kind = response.get_header("content-type") or ""
            return Reached(response.status, await response.text(), kind)
        except (PyreqwestError, UnicodeDecodeError) as error:
            return Reached(0, type(error).__name__)

    async def fetch(self, url: str, *, timeout_s: float = 10) -> Fetched:
        request = self._open().get(url).timeout(timedelta(seconds=timeout_s))
        try:
            response = await request.build().send()
            data = (await response.bytes()).to_bytes()
            return Fetched(response.status, data, response.get_header("content-type") or "")
        except PyreqwestError:
            return Fetched(0)

    async def close(self) -> None:
        if self.client is not None:
            await self.client.close()
            self.client = None

    def _open(self) -> Client:
        if self.client is None:
            self.client = ClientBuilder().no_proxy().follow_redirects(False).user_agent("facebookexternalua").build()
        return self.client


def is_loopback(url: str) -> bool:
    """Names other than localhost are refused without being resolved: what they resolve to may change."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
