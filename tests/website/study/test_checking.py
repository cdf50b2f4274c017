"""Whether an answer is right, how it is graded, and which options it chose."""

import pytest

from website.study.checking import Checked, Given, Options, check, comparable

QUESTION: Options = [
    {"text": text, "right": right} for text, right in (("a", True), ("b", False), ("c", True))
]
WORDS: Options = [
    {"text": "Competitive Medical Plan", "right": True},
    {"text": "CMS-R-131", "right": True},
    {"text": "Capitated medical payment", "right": False},
]
STEPS: Options = [{"text": text, "right": True} for text in "abc"]


def checked(kind: str, options: Options, given: Given) -> Checked:
    answer = check(kind, options, given)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("chosen", "right"), [({0, 2}, True), ({0}, False), ({0, 1, 2}, False), ({1}, False), ({0, 2, 9}, False)]
)
def test_a_question_is_right_when_exactly_its_right_options_are_chosen(chosen: set[int], right: bool) -> None:
    answer = checked("question", QUESTION, Given(chosen=frozenset(chosen)))
    assert (answer.is_right, answer.choice) == (right, sum(2**index for index in chosen))


@pytest.mark.parametrize(
    "said",
    [
        "Competitive Medical Plan",
        "  competitive   medical plan. ",
        "COMPÉTITIVE medical plan!",
        "cms–r‑131",
        "CMS-R-131…",
    ],
)
def test_a_written_answer_is_right_whatever_its_case_spaces_accents_dashes_and_end(said: str) -> None:
    assert checked("answer", WORDS, Given(words=said)).is_right


def test_a_known_mistake_is_wrong_and_says_which_it_is() -> None:
    answer = checked("answer", WORDS, Given(words="capitated medical payment"))
    assert (answer.is_right, answer.match, answer.choice) == (False, 2, 4)


def test_unknown_words_are_wrong_and_choose_nothing() -> None:
    answer = checked("cloze", WORDS, Given(words="no idea"))
    assert (answer.is_right, answer.match, answer.choice) == (False, None, 0)


@pytest.mark.parametrize(
    ("places", "right", "choice"),
    [((1, 2, 3), True, 7), ((1, 3, 2), False, 1), ((1, 2, 0), False, 3), ((1, 1, 1), False, 1)],
)
def test_an_order_is_right_when_every_step_is_in_its_place(
    places: tuple[int, ...], right: bool, choice: int
) -> None:
    answer = checked("order", STEPS, Given(places=places))
    assert (answer.is_right, answer.choice) == (right, choice)


@pytest.mark.parametrize(
    ("kind", "options", "given"),
    [
        ("question", QUESTION, Given()),
        ("answer", WORDS, Given(words=" ")),
        ("cloze", WORDS, Given(words=" … ")),
        ("order", STEPS, Given(places=(0, 0, 0))),
    ],
)
def test_what_was_not_answered_is_no_mistake(kind: str, options: Options, given: Given) -> None:
    assert check(kind, options, given) is None


@pytest.mark.parametrize(
    ("right", "hinted", "grade"), [(True, False, 3), (True, True, 2), (False, False, 1), (False, True, 1)]
)
def test_right_is_good_with_a_hint_hard_and_wrong_is_again(right: bool, hinted: bool, grade: int) -> None:
    given = Given(chosen=frozenset({0, 2} if right else {1}), hinted=hinted)
    assert checked("question", QUESTION, given).grade == grade


def test_words_with_nothing_to_compare_are_alike_in_no_other() -> None:
    assert comparable("Straße “A”") == 'strasse "a"'
    assert comparable("30") != comparable("3 0")


@pytest.mark.parametrize(
    ("one", "other"), [("कि", "की"), ("か", "が"), ("ที", "ที่"), ("கா", "க"), ("한", "하"), ("й", "j")]
)
def test_marks_that_are_letters_of_their_script_count(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)
    assert checked("cloze", [{"text": one, "right": True}], Given(words=other)).is_right is False


@pytest.mark.parametrize(
    ("one", "other"),
    [("é", "e"), ("ё", "е"), ("ή", "η"), ("שָׁלוֹם", "שלום"), ("مُطالَبة", "مطالبة"), ("أحمد", "احمد")],
)
def test_accents_and_points_do_not_count(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


def test_signs_alone_can_be_the_answer() -> None:
    options: Options = [{"text": "!", "right": True}, {"text": "not", "right": False}]
    assert checked("cloze", options, Given(words=" ! ")).is_right
    assert not checked("cloze", options, Given(words="?")).is_right
    assert checked("cloze", options, Given(words="not!")).match == 1
