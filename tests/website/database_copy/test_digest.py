"""Two tables with the same rows have the same digest, in whatever order; any other row changes it."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from website.database_copy.columns import Row
from website.database_copy.digest import TableDigest

ROWS = st.lists(st.tuples(st.integers(), st.none() | st.text(), st.binary()), max_size=6)


def digest(rows: list[Row]) -> TableDigest:
    counted = TableDigest()
    list(counted.watch(rows))
    return counted


@given(ROWS, st.randoms())
def test_order_says_nothing(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert digest(shuffled) == digest(rows)


@given(ROWS, ROWS)
def test_other_rows_have_another(rows: list[Row], others: list[Row]) -> None:
    assert (digest(rows) == digest(others)) == (sorted(map(repr, rows)) == sorted(map(repr, others)))
