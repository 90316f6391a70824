"""Small files for customers who send something that nobody uploaded."""

import base64
import struct
import zlib


def _picture(width: int = 240, height: int = 160) -> bytes:
    """A PNG of a calm evening: sky, sun and sea."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            rows += bytes(_pixel(x, y, width, height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _pixel(x: int, y: int, width: int, height: int) -> tuple[int, int, int]:
    if (x - width // 2) ** 2 + (y - height // 2) ** 2 < (height // 5) ** 2 and y < height * 0.6:
        return 255, 214, 120
    if y < height * 0.6:
        return 250 - y, 150 - y // 3, 90 + y
    return 20, 110 - y // 4, 120 - y // 5


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


SAMPLES = {
    "image": ("image/png", _picture()),
    "sticker": ("image/webp", base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")),
    "audio": ("audio/ogg; codecs=opus", b"OggS"),
    "video": ("video/mp4", b"\x00\x00\x00\x18ftypmp42"),
    "document": ("application/pdf", b"%PDF-1.4\n%%EOF\n"),
}
