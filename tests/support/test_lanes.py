"""What shares a running site is done by one process, and what takes longest is begun first."""

import pytest

from tests.support.lanes import FIRST, lane_of, rank

FAULTS = "tests/payments/faults/test_{}.py::test_pf_01_x[{}]"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("tests/browser/test_a.py::test_x", "tests/browser/test_b.py::test_y[dark]", True),
        (FAULTS.format("money", "sqlite"), FAULTS.format("order", "sqlite-1"), True),
        (FAULTS.format("money", "sqlite"), FAULTS.format("money", "postgres"), False),
        ("tests/website/test_a.py::test_x[sqlite]", "tests/website/test_a.py::test_x[postgres]", True),
        ("tests/website/test_a.py::test_x", "tests/website/test_b.py::test_x", False),
    ],
)
def test_what_shares_a_site_is_one_lane(one: str, other: str, together: bool) -> None:
    assert (lane_of(one) == lane_of(other)) is together


def test_the_longest_lanes_are_begun_first_and_a_file_of_no_name_after_them() -> None:
    lanes = [lane_of(node) for node in (FAULTS.format("a", "postgres"), "tests/browser/test_a.py::test_x")]
    assert sorted(["tests/website/test_a.py", *lanes], key=rank) == [
        lanes[1],
        lanes[0],
        "tests/website/test_a.py",
    ]
    assert rank("tests/website/test_a.py") == len(FIRST)
