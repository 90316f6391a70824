"""What JSON can say and PostgreSQL can't keep is replaced; nothing else is touched."""

import json

from hypothesis import given
from hypothesis import strategies as st

from safarichat.inbox.cleaning import storable

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=30)


@given(ANY_TEXT, st.booleans())
def test_whatever_a_text_holds_afterwards_it_can_be_stored_and_the_rest_is_the_same(text: str, is_ascii: bool) -> None:
    try:
        body = json.dumps({"text": text}, ensure_ascii=is_ascii).encode()
    except UnicodeEncodeError:
        return  # a lone surrogate outside of an escape is no UTF-8 and no JSON
    found = json.loads(storable(body))["text"]
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert found == "".join("\ufffd" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in whole)
    assert "\x00" not in found
    found.encode()


def test_a_backslash_before_the_letters_is_not_an_escape() -> None:
    body = rb'{"text":"\\u0000 \\\\ud83d \\\u0000"}'
    assert json.loads(storable(body))["text"] == "\\u0000 \\\\ud83d \\\ufffd"


def test_a_body_without_trouble_is_the_same_object() -> None:
    body = json.dumps({"text": "Habari é 😀"}, ensure_ascii=False).encode()
    assert storable(body) is body
