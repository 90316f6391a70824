"""What a file is by its first bytes: neither its name nor who sends it is believed."""

import filetype

UNKNOWN = "application/octet-stream"
OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def mime_of(head: bytes, name: str = "") -> str:
    """The type that the bytes show. A name may only say which of the office's files it is, and that text is text."""
    if head[4:10] == b"ftyp3g":
        return "video/3gpp"
    ending = name.rpartition(".")[2].lower()
    if head.startswith(OLE) and ending in ("doc", "xls", "ppt"):
        return OFFICE[ending]
    found = filetype.guess(head) if head else None  # type: ignore[no-untyped-call]  # it has no types
    if found is None:
        return "text/plain" if ending in ("txt", "csv", "log") and _is_text(head) else UNKNOWN
    if found.mime == "application/zip" and ending in ("docx", "xlsx", "pptx"):
        return OFFICE[ending]
    return str(found.mime)


def _is_text(head: bytes) -> bool:
    return b"\0" not in head and head.lstrip()[:1] != b"<"
