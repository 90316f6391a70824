import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safarichat.ground.keyring import BadKeys, CannotOpen, Keyring, key_id_of, new_key

WHERE = "official_whatsapp_credentials.access_token:7"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_at_the_same_place(plain: str, where: str) -> None:
    ring = Keyring.from_setting(new_key())
    assert ring.open(ring.seal(plain, where), where) == plain


def test_a_sealed_text_does_not_open_in_another_row() -> None:
    ring = Keyring.from_setting(new_key())
    sealed = ring.seal("secret", WHERE)
    with pytest.raises(CannotOpen):
        ring.open(sealed, "official_whatsapp_credentials.access_token:8")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring.from_setting(old).seal("secret", WHERE)
    ring = Keyring.from_setting(f"{new},{old}")
    assert ring.open(sealed, WHERE) == "secret"
    assert key_id_of(ring.seal("x", WHERE)) == new.partition(":")[0] == ring.key_ids()[0]


def test_a_text_sealed_under_a_key_that_is_gone_names_the_key() -> None:
    old = new_key()
    sealed = Keyring.from_setting(old).seal("secret", WHERE)
    with pytest.raises(CannotOpen) as raised:
        Keyring.from_setting(new_key()).open(sealed, WHERE)
    assert raised.value.key_id == old.partition(":")[0]


def test_sealing_twice_gives_two_texts() -> None:
    ring = Keyring.from_setting(new_key())
    assert ring.seal("secret", WHERE) != ring.seal("secret", WHERE)


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_text_never_opens(place: int, change: int) -> None:
    ring = Keyring.from_setting(new_key())
    key_id, _, encoded = ring.seal("a secret of some length, thirty-one", WHERE).partition(".")
    raw = bytearray(base64.urlsafe_b64decode(encoded))
    raw[place % len(raw)] ^= change
    with pytest.raises(CannotOpen):
        ring.open(f"{key_id}.{base64.urlsafe_b64encode(bytes(raw)).decode()}", WHERE)


def test_plain_text_in_a_sealed_place_is_refused_and_not_repeated() -> None:
    with pytest.raises(CannotOpen) as raised:
        Keyring.from_setting(new_key()).open("EAAGplaintoken", WHERE)
    assert "EAAG" not in str(raised.value)


@pytest.mark.parametrize("setting", ["", " , ", "nokey", "a:!!!!", "a:c2hvcnQ=", "a b:c", ":x"])
def test_unusable_keys_are_refused_without_being_repeated(setting: str) -> None:
    with pytest.raises(BadKeys) as raised:
        Keyring.from_setting(setting)
    assert "c2hvcnQ" not in str(raised.value)


def test_the_same_key_id_twice_is_refused() -> None:
    key = new_key()
    with pytest.raises(BadKeys, match="twice"):
        Keyring.from_setting(f"{key},{key}")


def test_a_ring_does_not_show_its_keys() -> None:
    key = new_key()
    assert key.partition(":")[2] not in repr(Keyring.from_setting(key))
