"""A spreadsheet runs nothing that stands in our files, and we read them back exactly."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.csv_export import guard, to_csv, unguard

SIGNS = "=+-@＝＋－＠"
FORMULA_STARTS = f"{SIGNS}\t\r\n\0"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    (_, (cell,)) = csv.reader(io.StringIO(to_csv(["a"], [[f"{start}1+1"]]), newline=""))
    assert cell == f"'{start}1+1"


@pytest.mark.parametrize(
    "cell",
    ["Pencils", "anna@example.org", "a,b", 'say "hi"', "'quoted'", "a=b", "two\nlines", "", "é"],
)
def test_other_text_comes_back_as_it_was(cell: str) -> None:
    (_, row) = csv.reader(io.StringIO(to_csv(["a", "b"], [[cell, "x"]]), newline=""))
    assert row == [cell, "x"]


def test_numbers_stay_numbers_and_lines_end_as_rfc_4180_says() -> None:
    assert to_csv(["a", "b"], [[-5, 0.5], [None, 1]]) == "a,b\r\n-5,0.5\r\n,1\r\n"


@pytest.mark.parametrize("separator", ";,\t\r\n")
@pytest.mark.parametrize("sign", SIGNS)
def test_nothing_runs_where_another_countrys_spreadsheet_begins_a_cell(separator: str, sign: str) -> None:
    # OWASP, CSV Injection: a separator of the user's own starts a new cell.
    assert guard(f"kit{separator}{sign}cmd()") == f"kit{separator}'{sign}cmd()"


@given(st.text(st.sampled_from(f"'{FORMULA_STARTS};,ab"), max_size=6))
def test_unguard_is_the_opposite_of_guard(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set(FORMULA_STARTS)
