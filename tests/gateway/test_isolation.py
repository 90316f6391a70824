"""Every route of the gateway with another account's ids: nothing of theirs is found, shown, used or changed."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing

from safarichat.accounts.models import Account
from safarichat.gateway import answering, passing, resuming
from safarichat.ground import ids
from safarichat.ground.sql import fetch
from safarichat.messaging.models import Message
from safarichat.numbers.models import OfficialWhatsappCredential
from tests.catalogue import Garden, belonging_to
from tests.gateway.door import NUMBER, Door, Told, make_key
from tests.gateway.door import door as door
from tests.media.files import PNG, kept
from tests.messaging.ours import open_window

pytestmark = pytest.mark.django_db(transaction=True)

THEIRS = 1_123_456_789
NOBODYS = THEIRS + 1
WABA = "200000000000001"
# What a path may name: theirs, and the same of nobody's.
NUMBERS = [("300000000000009", "300000000000008"), ("200000000000009", "200000000000008")]
TEMPLATE = ("7700", "7701")
TO = {"messaging_product": "whatsapp", "to": "+14155550123"}
GIVEN: dict[str, Any] = {
    **TO,
    "status": "read",
    "message_id": "wamid.X",
    "code_method": "SMS",
    "code": "123456",
    "pin": "123456",
    "about": "Flowers",
    "name": "tea",
    "override_callback_uri": "https://shop.example/hook",
    "verify_token": "x",
}


def routes() -> Iterator[tuple[str, str]]:
    """Method and what stands behind the id, as the gateway's own tables have them."""
    for table in vars(answering).values():
        if isinstance(table, dict):
            for place, found in table.items():
                if isinstance(found, tuple) and callable(found[-1]):
                    yield place if isinstance(place, tuple) else (place, "")
    for pattern, _scope in (*passing.OF_NUMBER, *passing.OF_ACCOUNT):
        for edge in re.sub(r"\([^()]*\)\?", "", pattern.pattern).strip("()").split("|"):
            assert pattern.fullmatch(edge)
            yield from ((method, edge) for method in ("GET", "POST", "DELETE"))


@pytest.fixture
def files(door: Door) -> list[int]:
    """The row of a file of theirs, who have a row in every table; and one of nobody's any more."""
    Garden("theirs", THEIRS).plant()
    fetch(
        "UPDATE official_whatsapp_credentials SET phone_number_id = %s, waba_id = %s WHERE id = %s RETURNING 1",
        *(theirs for theirs, _ in NUMBERS),
        THEIRS,
    )
    fetch("UPDATE message_templates SET template_id = %s WHERE id = %s RETURNING 1", TEMPLATE[0], THEIRS)
    assert Message.objects.filter(pk=THEIRS, account_id=THEIRS).exists()
    rows = [kept(THEIRS, PNG, name).pk for name in ("theirs.png", "gone.png")]
    fetch("DELETE FROM files WHERE id = %s RETURNING 1", rows[1])
    return rows


def rows_of_theirs() -> dict[str, list[tuple[object, ...]]]:
    tables = [table.name for table in belonging_to("accounts") if table.has("account_id")]
    return {name: fetch(f"SELECT t::text FROM {name} t WHERE account_id = %s", THEIRS) for name in tables}


def said(told: Told, *names: str) -> Any:
    """Without what differs each time, and without what it was asked by."""
    words = told.body.decode()
    for name in names:
        words = words.replace(name, "…")
    found = json.loads(words)
    found.get("error", {}).pop("fbtrace_id", None)
    found.pop("messages", None)
    return told.status, found


def test_the_tables_are_walked() -> None:
    found = set(routes())
    assert {("POST", "messages"), ("GET", "subscribed_apps"), ("GET", ""), ("DELETE", ""), ("GET", "flows")} <= found
    assert len(found) > 50


def test_what_a_path_names_of_theirs_does_not_exist(door: Door, files: list[int], settings: Any) -> None:
    settings.SAFARICHAT_RATE_LIMIT_API = 10_000
    session = f"{resuming.SESSION}{signing.dumps([THEIRS, 3, 'a.png'], salt=resuming.SALT)}"
    of_rows = [(THEIRS, NOBODYS), (files[0], files[1])]
    alone = [TEMPLATE, (session, f"{resuming.SESSION}forged")]
    alone += [(ids.number(theirs), ids.number(nobodys)) for theirs, nobodys in of_rows]
    before = rows_of_theirs()
    for method, edge in sorted(set(routes())):
        for names in NUMBERS if edge else [*NUMBERS, *alone]:
            told, unknown = (door.call(method, f"/v25.0/{name}/{edge}".rstrip("/"), GIVEN) for name in names)
            place = f"{method} {names[0]}/{edge}"
            assert told.code == (400, 100), place
            assert told.error["error_subcode"] == 33, place
            assert said(told, names[0]) == said(unknown, names[1]), place
            assert "x-business-use-case-usage" not in told.headers, place
    assert door.call("GET", f"/{ids.number(files[0])}/content").error["error_subcode"] == 33
    assert rows_of_theirs() == before


@pytest.mark.parametrize("edge", ["messages", "marketing_messages"])
def test_nothing_is_sent_through_a_number_of_theirs(door: Door, files: list[int], edge: str) -> None:
    before = rows_of_theirs()
    told = door.call("POST", f"/v25.0/{NUMBERS[0][0]}/{edge}", {**TO, "type": "text", "text": {"body": "hi"}})
    assert told.error["error_subcode"] == 33
    assert rows_of_theirs() == before


def bodies(row: int, file: int) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Where it goes to, what it says, and the name by which it says it."""
    wamid, media, person = ids.wamid(row), ids.number(file), ids.user_id(row)
    handle = f"{resuming.HANDLE}{media}"
    text = {"type": "text", "text": {"body": "hi"}}
    example = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    reaction = {"message_id": wamid, "emoji": "🙏"}
    return {
        "quote": (f"{NUMBER}/messages", {**TO, **text, "context": {"message_id": wamid}}, wamid),
        "reaction": (f"{NUMBER}/messages", {**TO, "type": "reaction", "reaction": reaction}, wamid),
        "file": (f"{NUMBER}/messages", {**TO, "type": "image", "image": {"id": media}}, media),
        "person": (f"{NUMBER}/messages", {"messaging_product": "whatsapp", "recipient": person, **text}, person),
        "receipt": (f"{NUMBER}/messages", {**TO, "status": "read", "message_id": wamid}, wamid),
        "photo": (f"{NUMBER}/whatsapp_business_profile", {**TO, "profile_picture_handle": handle}, media),
        "example": (f"{WABA}/message_templates", {"name": "tea", "language": "en", "components": [example]}, media),
    }


@pytest.mark.parametrize("what", bodies(0, 0))
def test_what_a_body_names_of_theirs_is_as_unknown_as_nobodys(
    door: Door, number: OfficialWhatsappCredential, files: list[int], what: str
) -> None:
    open_window(number)
    before = rows_of_theirs()
    answers = []
    for row, file in zip((THEIRS, NOBODYS), files, strict=True):
        path, given, name = bodies(row, file)[what]
        answers.append(said(door.call("POST", f"/v25.0/{path}", given), name))
    assert answers[0] == answers[1]
    assert answers[0][0] == (200 if what in ("quote", "reaction") else 400), answers
    assert "theirs" not in str(answers)
    sent = Message.objects.filter(account_id=number.account_id).values_list("body", "context_id")
    assert "theirs" not in str(list(sent))
    assert rows_of_theirs() == before


def test_a_key_of_theirs_is_no_key_to_us(door: Door, other_account: Account) -> None:
    keys = (make_key(other_account), "sc_nothing")
    told, unknown = (door.call("GET", f"/debug_token?input_token={key}") for key in keys)
    assert said(told) == said(unknown)
