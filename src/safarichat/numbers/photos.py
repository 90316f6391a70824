"""What a picture is, from its first bytes: enough to say what is wrong with it before a provider does."""

from msgspec import Struct

MOST_BYTES = 3_500_000
LEAST_SIDE = 192
_NO_SIZE = frozenset({0xC4, 0xC8, 0xCC})  # of the JPEG markers that begin with C those that tell no size


class Picture(Struct, frozen=True):
    mime_type: str
    width: int
    height: int

    @property
    def is_square(self) -> bool:
        return self.width == self.height


def look(data: bytes) -> Picture | None:
    """None: neither PNG nor JPEG, or not whole."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) > 33:
        return Picture("image/png", int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    return None


def _jpeg(data: bytes) -> Picture | None:
    """Walks from marker to marker to the one that tells the size."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            return Picture("image/jpeg", int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7]))
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None
