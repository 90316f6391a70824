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


def _voice(seconds: int = 2) -> bytes:
    """An Ogg file with silent Opus frames of 20 ms: short, and every player plays it."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 7) + b"sandbox" + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, 2), _page([tags], 0, 1, 0)]
    for second in range(seconds):
        last = 4 if second == seconds - 1 else 0
        pages.append(_page([b"\xf8\xff\xfe"] * 50, 48_000 * (second + 1), 2 + second, last))
    return b"".join(pages)


def _page(packets: list[bytes], granule: int, sequence: int, flags: int) -> bytes:
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, sequence, 0, len(packets))
    page = bytearray(header + bytes(map(len, packets)) + b"".join(packets))
    page[22:26] = struct.pack("<I", _ogg_crc(page))
    return bytes(page)


def _ogg_crc(page: bytes | bytearray) -> int:
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
SAMPLES = {
    "image": ("image/png", _picture()),
    "sticker": ("image/webp", base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")),
    "audio": ("audio/ogg; codecs=opus", _voice()),
    "video": ("video/mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
    "document": ("application/pdf", PDF),
}
