"""Behind a trusted proxy, the client is who the proxy says; from anybody else such headers count for nothing."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from safarichat.project.environment import SettingsError
from safarichat.project.serving import Application, Receive, Scope, Send

FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"forwarded")


def networks(names: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(name, strict=False) for name in names]
    except ValueError:
        raise SettingsError("SAFARICHAT_TRUSTED_PROXIES must hold networks such as 10.0.0.0/8, by comma.") from None


def behind(application: Application, trusted: Sequence[IPv4Network | IPv6Network]) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = _from_client(scope, trusted)
        await application(scope, receive, send)

    return app


def _from_client(scope: Scope, trusted: Sequence[IPv4Network | IPv6Network]) -> Scope:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in FORWARDED}
    if not headers:
        return scope
    client = scope.get("client")
    scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in FORWARDED]}
    if client and _is_in(client[0], trusted):
        scope["client"] = (_last_stranger(headers.get(b"x-forwarded-for", ""), trusted) or client[0], 0)
        if headers.get(b"x-forwarded-proto") in ("http", "https"):
            scope["scheme"] = headers[b"x-forwarded-proto"]
    return scope


def _last_stranger(hops: str, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """The last hop that no proxy of ours added is the client; what stands before it, anybody may have written."""
    for hop in reversed(hops.split(",")):
        address = _address(hop.strip())
        if not (address and _is_in(address, trusted)):
            return address
    return ""


def _address(hop: str) -> str:
    """The address in a hop; some proxies add the port. Empty when there is none."""
    bare = hop.partition("]")[0].removeprefix("[") if hop.startswith("[") else hop
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""


def _is_in(address: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)
