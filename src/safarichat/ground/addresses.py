"""Which addresses of the network a tenant may make us call."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

_NAT64 = ip_network("64:ff9b::/96")
_NEVER = [ip_network(name) for name in ("fec0::/10", "64:ff9b:1::/48", "::/96")]  # Python 3.11 calls them global


class Guard(Struct, frozen=True):
    """Admits public addresses, and private ones only in `allowed` networks."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def from_setting(cls, text: str) -> "Guard":
        """From `SAFARICHAT_ALLOWED_PRIVATE_NETWORKS`: networks separated by commas. ValueError names the wrong one."""
        return cls(tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()))

    def admits(self, text: str) -> bool:
        try:
            address = _innermost(ip_address(text.split("%")[0]))
        except ValueError:
            return False
        if any(address in network for network in self.allowed):
            return True
        return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one: 6to4, NAT64 and mapped addresses reach it all the same."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address
