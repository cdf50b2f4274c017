"""Meaning: what costs readers nothing, and what makes an item due again."""

import pytest

from articles.items import Item
from articles.publish.meaning import is_changed, meaning_of
from articles.render import render
from tests.articles.items import ANSWER, CARD, CLOZE, ORDER, QUESTION, TERM


def changed(before: str, after: str) -> bool:
    one, other = item(before), item(after)
    assert before != after
    return is_changed(meaning_of(one), meaning_of(other))


def item(text: str) -> Item:
    return render(text).items[0]


def reordered() -> str:
    head, *options = QUESTION.split("- [")
    return head + "- [" + "- [".join([options[1], options[0], options[2]])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (QUESTION, QUESTION.replace("Each *test*", "Each *tset*")),
        (QUESTION, QUESTION.replace("Each *test*", "Each test, by itself")),
        (QUESTION, QUESTION.replace("Nothing", "A fee for the draw")),  # another wrong option
        (QUESTION, QUESTION.replace("Thirteen is no panel.", "It is not.")),
        (QUESTION, QUESTION.replace("What is billed?", "What goes onto the claim?")),
        (QUESTION, reordered()),
        (ORDER, ORDER.replace("Registration", "Registering")),
        (CLOZE, CLOZE.replace("TEFRA", "the TEFRA")),
        (CARD, CARD.replace("95 percent.", "95 percents of it.")),
        (TERM, TERM.replace("A status", "The status")),
    ],
)
def test_what_costs_nothing(before: str, after: str) -> None:
    assert not changed(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (QUESTION, QUESTION.replace("[x]", "[ ]").replace("[ ] Nothing", "[x] Nothing")),
        (QUESTION, QUESTION.replace("[ ] Nothing", "[x] Nothing")),
        (QUESTION, QUESTION.replace("\nSource", "- [ ] A draw\n\n  No.\n\nSource")),
        (QUESTION, QUESTION.replace("Each *test*", "What the order says")),
        (QUESTION.replace("Each *test*", "30 months"), QUESTION.replace("Each *test*", "36 months")),
        (QUESTION, QUESTION.replace("::: question", "::: answer")),
        (ANSWER, ANSWER.replace("[ ]", "[x]")),
        (ORDER, ORDER.replace("1. Registration\n2. Charge entry", "1. Charge entry\n2. Registration")),
        (CLOZE, CLOZE.replace("TEFRA", "OBRA")),
        (CLOZE.replace("TEFRA", "1,982 acts"), CLOZE.replace("TEFRA", "1,997 acts")),
        (CARD, CARD.replace("95 percent", "85 percent")),
        (TERM, TERM.replace("A status beside the federally qualified HMO.", "Money that is owed.")),
    ],
)
def test_what_makes_it_due_again(before: str, after: str) -> None:
    assert changed(before, after)


def test_a_revision_is_of_the_words_and_not_of_how_they_are_written() -> None:
    wrapped = QUESTION.replace("tests were run. What", "tests\nwere run.  What")
    assert item(wrapped).revision == item(QUESTION).revision
    assert (
        item(QUESTION.replace("::: question panel", "Words.\n\n::: question other")).revision
        == item(QUESTION).revision
    )
    for other in (
        reordered(),
        QUESTION.replace("no panel", "none"),
        QUESTION.replace("/rule", "/other"),
        CARD,
    ):
        assert item(other).revision != item(QUESTION).revision
