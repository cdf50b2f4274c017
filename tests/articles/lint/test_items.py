"""Seeded flaws: each rule finds its own once, and nothing on items that are right."""

from collections.abc import Iterator

import pytest

from articles.items import Item, Option
from articles.lint import lint_items
from articles.render import render
from tests.articles.items import ALL

RIGHT = "Right. The stay is under way."


def question(
    prompt: str = "A nurse reads the notes of the fourth day. Which review is this?",
    key: str = "Concurrent",
    wrong: tuple[str, ...] = ("Prospective", "Retrospective"),
    why: str = "It waits until the end.",
) -> Item:
    options = [Option(text, right=False, why_text=why, line=number) for number, text in enumerate(wrong, 4)]
    return Item(
        "question", "x", 1, prompt, options=(*options, Option(key, right=True, why_text=RIGHT, line=3))
    )


def codes(item: Item, language: str | None = None) -> list[str]:
    return [problem.code for problem in lint_items([item], language)]


FLAWS = [
    ("option-twice", question(wrong=("Prospective", "prospective."))),
    ("option-count", question(wrong=("Prospective",))),
    ("option-count", question(wrong=("One", "Two", "Three", "Four", "Five"))),
    ("option-all-or-none", question(wrong=("Prospective", "None of the above"))),
    ("option-all-or-none", question(wrong=("Prospective", "Both of these"))),
    ("key-longest", question(key="Concurrent, while the stay is under way")),
    ("reason-names-letter", question(why="See option B for that.")),
    ("reason-names-letter", question(why="B and C are the same.")),
    ("reason-names-letter", question(why="This is what (A) says.")),
    ("reason-names-letter", question(why="A is right for that.")),
    ("reason-names-letter", question(why="The first option comes before.")),
    ("reason-names-letter", question(why="As the answer above says.")),
    ("absolute-words", question(wrong=("Prospective", "Always late"))),
    ("absolute-words", question(wrong=("Prospective", "Under no rule", "In every case"))),
    ("negative-stem", question("Which of these reviews is not done here?")),
    ("negative-stem", question("All of the following reviews are done here except?")),
    ("negative-stem", question("Which review does NOT fit?")),
    ("negative-stem", question("Which statement is false?")),
    ("stem-word-in-key", question("A nurse reads concurrently. Which review is this?")),
    ("a-an-cue", question("The review of a stay that is under way is called an:", key="Ongoing")),
    ("numbers-out-of-order", question("How many days?", key="30 days", wrong=("10 days", "60 days", "20 days"))),
    ("numbers-out-of-order", question("Which day?", key="June 30, 2026", wrong=("May 1, 2026", "June 30, 2027", "May 1, 2027"))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "item"), FLAWS)
def test_each_flaw_is_found_and_no_other(code: str, item: Item) -> None:
    found = codes(item)
    assert set(found) == {code}
    assert len(found) == 1 or code == "reason-names-letter"  # both wrong options have the same reason


def test_the_flaws_are_one_of_each_rule() -> None:
    assert len({code for code, _ in FLAWS}) == 10


@pytest.mark.parametrize(
    "item",
    [
        question(),
        question(why="Part A and Part B are for that; Plan C is wrong here."),
        question(why="A is an article, and vitamin B is right."),
        question("The review is called a:", key="Concurrent", wrong=("Prospective", "Utilization")),
        question(
            "The one that looks at a stay is an", key="HMO review", wrong=("Inner review", "Hourly review")
        ),
        question("How many days?", key="60 days", wrong=("10 days", "30 days")),
        question("Which day?", key="May 1, 2027", wrong=("June 24, 2026", "September 30, 2026")),
        question("What happens to a claim that is not filed in time?"),
        question("Which **two** of them?", key="A 38-year-old", wrong=("A 67-year-old", "A 49-year-old")),
        question(key="All of the parts", wrong=("None of it", "Some of the rest")),
    ],
)
def test_what_is_right_is_left_alone(item: Item) -> None:
    assert codes(item) == []


def test_items_of_every_kind_pass() -> None:
    assert lint_items(render(ALL).items, "en-US") == []


@pytest.mark.parametrize("language", ["de", "es-MX"])
def test_rules_about_english_words_hold_for_english_alone(language: str) -> None:
    item = question(wrong=("Prospective", "None of the above"), why="See option B.")
    assert codes(item, language) == []
    assert codes(item, "en-GB") != []


def levels() -> Iterator[tuple[str, str]]:
    for _, item in FLAWS:
        for problem in lint_items([item], None):
            yield problem.code, problem.level


def test_what_breaks_practice_is_a_mistake_and_what_weakens_it_a_warning() -> None:
    mistakes = {code for code, level in levels() if level == "error"}
    assert mistakes == {"option-twice", "option-all-or-none", "reason-names-letter"}


def test_each_problem_stands_on_its_line_and_names_what_it_found() -> None:
    (problem,) = lint_items([question(wrong=("Prospective", "None of the above"))], None)
    assert (problem.line, "None of the above" in problem.message) == (5, True)
    (problem,) = lint_items([question("A nurse reads concurrently. Which review is this?")], None)
    assert "concurrently" in problem.message
