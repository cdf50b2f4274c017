"""A subject as inboxes cut it."""

import pytest

from newsletter.writing.subject_line import WIDTHS, cut_subject


def cut(subject: str) -> dict[str, str]:
    return {each.place: each.text for each in cut_subject(subject)}


def test_a_short_subject_is_whole_everywhere() -> None:
    assert [each.is_cut for each in cut_subject("Timely filing")] == [False, False]


def test_a_long_one_is_cut_earlier_on_a_phone() -> None:
    shown = cut("The insurer counts its days from the service, and not from the day of the claim")
    assert shown["Phone"] == "The insurer counts its days from the se…"
    assert shown["Desktop"] == "The insurer counts its days from the service, and not from the day of…"
    assert {place: len(text) for place, text in shown.items()} == WIDTHS


@pytest.mark.parametrize(
    ("subject", "characters"),
    [
        ("医療費の請求は期限内に提出してください。期限を過ぎると支払われません", 20),  # two columns each
        ("e\u0301" * 60, 40),  # decomposed: two characters, one column
    ],
)
def test_what_counts_is_width_and_no_accent_is_torn_off(subject: str, characters: int) -> None:
    text = cut(subject)["Phone"]
    letters = [letter for letter in text if letter != "\u0301"]
    assert len(letters) == characters
    assert text.removesuffix("…") == subject[: len(text) - 1]
    assert subject[len(text) - 1] != "\u0301"


def test_a_subject_that_just_fits_is_not_cut() -> None:
    assert cut("x" * 40)["Phone"] == "x" * 40
    assert cut("x" * 41)["Phone"] == "x" * 39 + "…"
