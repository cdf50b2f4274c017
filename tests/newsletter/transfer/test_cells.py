"""Cells that no spreadsheet takes for a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.transfer.cells import bare, guarded


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0"])
def test_what_would_be_a_formula_gets_a_quote_before_it(start: str) -> None:
    assert guarded(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["anna@example.org", "", "'quoted'", "a=b"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\0ab"), max_size=6))
def test_bare_is_the_opposite_of_guarded(text: str) -> None:
    assert bare(guarded(text)) == text
    assert guarded(text)[:1] not in set("=+-@\t\r\0")
