import pytest

from safarichat.media.keeping import clean_name
from safarichat.media.kinds import KB, LARGEST, MB, SHOWN, kind_for, size_problem
from safarichat.media.referring import files, named, own_ids, with_files
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
    assert own_ids(body) == []


def test_a_file_is_named_anew_and_its_caption_stays() -> None:
    body = {"type": "image", "image": {"id": "12", "caption": "Look"}}
    assert own_ids(body) == [12]
    assert with_files(body, {("image",): {"link": "https://x"}})["image"] == {"link": "https://x", "caption": "Look"}


def card(place: int, **file: str) -> dict[str, object]:
    return {"card_index": place, "components": [{"type": "HEADER", "parameters": [{"type": "IMAGE", "image": file}]}]}


HEADER = {"type": "video", "video": {"id": "5"}}
CARDS = {"cards": [{"header": {"type": "image", "image": {"id": "6"}}}, {"header": {"type": "image"}}]}
VALUES = [{"type": "text", "text": "1"}, {"type": "document", "document": {"id": "7", "filename": "a.pdf"}}]
TEMPLATE = {"name": "a", "components": [{"type": "header", "parameters": VALUES}, {"cards": [card(0, id="8")]}]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"type": "interactive", "interactive": {"header": HEADER}}, ["interactive.header.video.id"]),
        ({"type": "interactive", "interactive": {"action": CARDS}}, ["interactive.action.cards[0].header.image.id"]),
        (
            {"type": "template", "template": TEMPLATE},
            [
                "template.components[0].parameters[1].document.id",
                "template.components[1].cards[0].components[0].parameters[0].image.id",
            ],
        ),
        ({"type": "template", "template": {"components": [7, {"parameters": "x", "cards": [None]}]}}, []),
        ({"type": "text", "text": {"body": "image"}}, []),
    ],
)
def test_a_file_is_found_and_named_anew_wherever_a_message_may_hold_one(
    body: dict[str, object], fields: list[str]
) -> None:
    found = files(body)
    assert [place.field for place in found] == fields
    anew = files(with_files(body, {place.path: {"link": "https://x.test/a"} for place in found}))
    assert [(place.media_id, place.link) for place in anew] == [("", "https://x.test/a")] * len(fields)
