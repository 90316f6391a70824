import pytest

from safarichat.media.keeping import clean_name
from safarichat.media.kinds import KB, LARGEST, MB, SHOWN, kind_for, size_problem
from safarichat.media.referring import named, own_id, with_content
from safarichat.media.sniffing import UNKNOWN, mime_of
from tests.media.files import JPEG, MP4, OGG, PAGE, PDF, PNG, WEBP

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "name", "mime_type"),
    [
        (PNG, "photo.png", "image/png"),
        (PNG, "report.pdf", "image/png"),
        (JPEG, "", "image/jpeg"),
        (WEBP, "", "image/webp"),
        (MP4, "", "video/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4" + b"\x00" * 20, "", "video/3gpp"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42", "", "audio/mp4"),
        (OGG, "", "audio/ogg"),
        (b"ID3\x03" + b"\x00" * 30, "", "audio/mpeg"),
        (b"\xff\xf1\x50\x80" + b"\x00" * 30, "", "audio/aac"),
        (b"#!AMR\n" + b"\x00" * 30, "", "audio/amr"),
        (PDF, "x.exe", "application/pdf"),
        (b"PK\x03\x04" + b"\x00" * 40, "letter.docx", DOCX),
        (b"PK\x03\x04" + b"\x00" * 40, "all.zip", "application/zip"),
        (b"hello", "notes.txt", "text/plain"),
        (PAGE, "photo.png", UNKNOWN),
        (PAGE, "notes.txt", UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg", UNKNOWN),
        (b"", "empty.png", UNKNOWN),
    ],
)
def test_a_type_is_told_by_the_bytes(head: bytes, name: str, mime_type: str) -> None:
    assert mime_of(head, name) == mime_type


def test_what_a_page_may_show_can_do_nothing_in_it() -> None:
    assert not SHOWN & {"image/svg+xml", "text/html", "application/pdf", "text/plain", UNKNOWN}


@pytest.mark.parametrize(
    ("mime_type", "size", "kind"),
    [
        ("image/png", 5 * MB, "image"),
        ("image/png", 5 * MB + 1, "document"),
        ("video/mp4", 16 * MB, "video"),
        ("video/mp4", 16 * MB + 1, "document"),
        ("audio/ogg", 1, "audio"),
        ("image/webp", 500 * KB, "sticker"),
        ("image/gif", 1, "document"),
        (UNKNOWN, 1, "document"),
    ],
)
def test_a_file_goes_as_what_it_is_where_it_fits_else_as_a_document(mime_type: str, size: int, kind: str) -> None:
    assert kind_for(mime_type, size) == kind


def test_nothing_and_too_much_are_refused() -> None:
    assert [bool(size_problem(size)) for size in (0, 1, LARGEST, LARGEST + 1)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ('a"\r\nb.pdf', "ab.pdf"),
        ("Ripoti ya mwezi – Kenya.pdf", "Ripoti ya mwezi – Kenya.pdf"),
        ("...", ""),
    ],
)
def test_a_name_is_the_last_part_without_what_breaks_headers(given: str, name: str) -> None:
    assert clean_name(given) == name


@pytest.mark.parametrize(
    "body",
    [{}, {"type": "image"}, {"type": "image", "image": "x"}, {"type": "image", "image": {"id": 5}}, {"type": "text"}],
)
def test_a_message_that_names_no_file_brings_none(body: dict[str, object]) -> None:
    assert named(body) is None
    assert own_id(body) is None


def test_a_file_is_named_anew_and_its_caption_stays() -> None:
    body = {"type": "image", "image": {"id": "12", "caption": "Look"}}
    assert own_id(body) == 12
    assert with_content(body, {"link": "https://x"})["image"] == {"link": "https://x", "caption": "Look"}
