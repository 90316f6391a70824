"""One line, one key."""

import pytest

from safarichat.contacts.identity import phone_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+55 11 98888-7777", "551188887777"),
        ("5521988887777", "552188887777"),
        ("+54 9 11 2345-6789", "541123456789"),
        ("5215512345678", "525512345678"),
        ("+1 (415) 555-0123", "14155550123"),
    ],
)
def test_spellings_of_one_line_share_a_key(one: str, other: str) -> None:
    assert phone_key(one) == phone_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5511941234567", "551141234567"),  # a mobile of São Paulo and a landline that is its number without the 9
        ("14155550123", "14155550124"),
        ("254711222333", "254911222333"),
    ],
)
def test_different_lines_keep_different_keys(one: str, other: str) -> None:
    assert phone_key(one) != phone_key(other)
