"""All questions of an exam together: no place and no length gives the right option away."""

from articles.items import Item, Option
from articles.lint import lint_bank


def question(place: int, *, longest: bool = False) -> Item:
    options = [Option("The same length", right=number == place, why_text="x") for number in range(4)]
    if longest:
        options[place] = Option("The same length or more", right=True, why_text="x")
    return Item("question", "x", 1, "Which?", options=tuple(options))


def codes(items: list[Item]) -> list[str]:
    return [problem.code for problem in lint_bank(items)]


CLEAN = [question(number % 4, longest=number % 3 == 0) for number in range(40)]


def test_a_clean_bank_has_no_warning() -> None:
    assert codes(CLEAN) == []


def test_one_place_above_forty_percent_is_named() -> None:
    bank = [question(2) for _ in range(9)] + [question(number % 2) for number in range(11)]
    (problem,) = lint_bank(bank)
    assert problem.code == "bank-key-position"
    assert problem.message.startswith("C is right in 9 of the 20 ")
    assert problem.level == "warning"
    assert codes([question(2) for _ in range(8)] + [question(number % 2) for number in range(12)]) == []


def test_the_longest_option_above_forty_percent_is_named() -> None:
    bank = [question(number % 4, longest=number < 9) for number in range(20)]
    (problem,) = lint_bank(bank)
    assert (problem.code, "9 of the 20" in problem.message) == ("bank-key-longest", True)
    assert codes([question(number % 4, longest=number < 8) for number in range(20)]) == []


def test_fewer_than_twenty_are_left_alone() -> None:
    assert codes([question(0, longest=True) for _ in range(19)]) == []
    assert codes([question(0, longest=True) for _ in range(20)]) == ["bank-key-position", "bank-key-longest"]


def test_choose_two_and_other_kinds_are_not_counted() -> None:
    two = Item("question", "x", 1, "?", options=(*question(0).options[:1], *question(1).options[1:]))
    card = Item("card", "x", 1, "?")
    assert codes([*[question(0) for _ in range(19)], two, card]) == []
