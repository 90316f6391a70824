"""Ids of ours in the forms that Meta's have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safarichat.ground import ids

ROWS = st.integers(min_value=1, max_value=2**62)


@given(ROWS)
def test_a_message_is_found_again_by_its_wamid(row: int) -> None:
    assert ids.wamid(row).startswith("wamid.")
    assert ids.message_id(ids.wamid(row)) == row


@given(st.integers(min_value=1, max_value=8 * 10**15 - 1))
def test_a_row_is_found_again_by_its_sixteen_digits(row: int) -> None:
    assert len(ids.number(row)) == 16
    assert ids.row_id(ids.number(row)) == row


@pytest.mark.parametrize(
    "foreign",
    ["", "wamid.", "wamid.HBgMMjU0NzEyMzQ1Njc4FQIAERgSQjM0RTk4MTA4MDQ0N0Y0Qzk5AA==", "SM0123", "wamid.é", "wamid.U2Fm"],
)
def test_a_providers_own_message_id_is_nobodys_row(foreign: str) -> None:
    assert ids.message_id(foreign) is None


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    ids.message_id("wamid." + text)
    ids.row_id(text)


@pytest.mark.parametrize("foreign", ["", "106540352242922", "1065403522429220", "9000000000000000", "١٢٣", "1" * 17])
def test_other_digits_are_nobodys_row_or_a_row_that_is_not_there(foreign: str) -> None:
    assert ids.row_id(foreign) is None or len(foreign) == 16
