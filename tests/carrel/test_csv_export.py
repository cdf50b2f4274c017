"""A spreadsheet runs nothing that stands in our files."""

import csv
import io

import pytest

from carrel.csv_export import to_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0", "＝1", '=HYPERLINK("http://x")']
)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    (_, (cell,)) = csv.reader(io.StringIO(to_csv(["a"], [[text]]), newline=""))
    assert cell == f"'{text}"


@pytest.mark.parametrize("cell", ["Pencils", "a,b", 'say "hi"', "two\nlines", "", "é"])
def test_other_text_comes_back_as_it_was(cell: str) -> None:
    (_, row) = csv.reader(io.StringIO(to_csv(["a", "b"], [[cell, "x"]]), newline=""))
    assert row == [cell, "x"]


def test_numbers_stay_numbers_and_lines_end_as_rfc_4180_says() -> None:
    assert to_csv(["a", "b"], [[-5, 0.5], [None, 1]]) == "a,b\r\n-5,0.5\r\n,1\r\n"
