"""Slots never tear a text apart, and never crowd it."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carrel.ads.placement import BEFORE_THE_TEXT, opening, positions
from tests.support.ads import paragraphs, piece

KINDS = [
    "heading", "paragraph", "list", "definitions", "table", "code",
    "admonition", "question", "figure", "footnotes", "quote", "rule",
]  # fmt: skip
NEVER_AFTER = {"heading", "list", "table", "code", "admonition", "question"}
texts = st.lists(
    st.builds(piece, st.sampled_from([*KINDS, *["paragraph"] * 12]), st.integers(0, 180)), max_size=60
)


def words_before(blocks: list[dict[str, Any]], index: int) -> int:
    return sum(block["words"] for block in blocks[: index + 1])


@pytest.mark.parametrize(
    "words", [(50,) * 10, (100,) * 5, (125,) * 4, (166, 167, 167), (300, 200), (200, 300)]
)
def test_500_words_without_headings_get_exactly_one_slot_in_the_middle(words: tuple[int, ...]) -> None:
    blocks = paragraphs(*words)
    (only,) = positions(blocks)
    assert 0.33 < words_before(blocks, only) / sum(words) < 0.67


def test_a_short_text_gets_none() -> None:
    assert positions(paragraphs(80, 80, 80)) == []
    assert positions([]) == []


def test_a_long_text_gets_one_every_250_words() -> None:
    blocks = paragraphs(*[50] * 40)
    assert [words_before(blocks, index) for index in positions(blocks)] == [
        250,
        500,
        750,
        1000,
        1250,
        1500,
        1750,
    ]


def test_an_operator_can_ask_for_more_room() -> None:
    blocks = paragraphs(*[50] * 40)
    assert [words_before(blocks, index) for index in positions(blocks, 600)] == [600, 1200]


def test_a_sentence_and_the_list_that_it_announces_stay_together() -> None:
    blocks = [*paragraphs(*[50] * 5), piece("list", 50), *paragraphs(*[50] * 6)]
    assert 4 not in positions(blocks)


def test_a_paragraph_that_ends_with_a_colon_leads_on() -> None:
    text = [piece("paragraph", 250, "<p>Two things matter:</p>\n"), *paragraphs(50, 250)]
    assert positions(text) == [1]


def test_a_slot_stands_before_a_heading_rather_than_after_it() -> None:
    blocks = [*paragraphs(100, 100, 60), piece("heading", 3), *paragraphs(100, 100, 100)]
    assert positions(blocks) == [2]


@given(texts)
def test_no_slot_follows_a_block_that_it_would_tear_apart(blocks: list[dict[str, Any]]) -> None:
    for index in positions(blocks):
        assert blocks[index]["kind"] not in NEVER_AFTER
        assert index < len(blocks) - 1
        assert blocks[index + 1]["kind"] not in {
            "list",
            "table",
            "code",
            "definitions",
            "figure",
            "footnotes",
            "question",
        }


def test_no_slot_stands_before_an_item_nor_before_its_heading() -> None:
    item = piece("question", 60)
    assert positions([*paragraphs(300, 20), item, *paragraphs(300)]) == [0]
    assert positions([*paragraphs(300), item, *paragraphs(300)]) == []
    assert (
        positions([*paragraphs(300), piece("heading", 2), piece("heading", 2), item, *paragraphs(300)]) == []
    )
    assert opening([*paragraphs(70), piece("heading", 2), item, *paragraphs(70, 70)]) == 3


@pytest.mark.parametrize("before", [[], [piece("heading", 2)]])
def test_a_text_that_begins_with_an_item_has_no_slot_above_it(before: list[dict[str, Any]]) -> None:
    assert opening([*before, piece("question", 60)]) is None
    assert opening([*before, piece("question", 60), *paragraphs(40, 40)]) == len(before) + 1


@given(texts)
def test_what_follows_the_slot_at_the_top_is_no_item_either(blocks: list[dict[str, Any]]) -> None:
    top = opening(blocks)
    following = blocks if top is None else blocks[top + 1 :]
    kinds = [block["kind"] for block in following if block["kind"] != "heading"]
    assert (kinds[:1] == ["question"]) == (top is None)


@given(texts, st.integers(250, 700))
def test_two_slots_are_never_closer_than_asked(blocks: list[dict[str, Any]], apart: int) -> None:
    at = [words_before(blocks, index) for index in positions(blocks, apart)]
    assert all(later - earlier >= apart for earlier, later in pairwise(at))


@given(texts)
def test_both_ends_keep_their_distance(blocks: list[dict[str, Any]]) -> None:
    total = sum(block["words"] for block in blocks)
    at = [words_before(blocks, index) for index in positions(blocks)]
    nearest = 250 if len(at) > 1 else 150
    assert all(nearest <= words <= total - nearest for words in at)


def test_the_slot_at_the_top_stands_below_the_first_paragraphs() -> None:
    assert opening(paragraphs(70, 90, 100)) == 0
    assert opening(paragraphs(30, 40, 100)) == 1
    assert opening([piece("paragraph", 40), piece("list", 30), *paragraphs(80, 80)]) == 2


def test_a_text_that_no_slot_may_interrupt_has_it_above() -> None:
    assert opening([]) == opening(paragraphs(200)) == BEFORE_THE_TEXT
    assert opening([piece("heading", 3), piece("list", 80)]) == BEFORE_THE_TEXT


def test_a_short_text_still_begins_with_its_first_paragraph() -> None:
    assert opening(paragraphs(20, 20)) == 0


@given(texts)
def test_the_next_slot_keeps_its_distance_from_the_one_at_the_top(blocks: list[dict[str, Any]]) -> None:
    top = opening(blocks)
    top = BEFORE_THE_TEXT if top is None else top
    at = [words_before(blocks, index) for index in positions(blocks, after=top)]
    assert top not in positions(blocks, after=top)
    assert len(at) < 2 or at[0] - words_before(blocks, top) >= 250
