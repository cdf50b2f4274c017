"""A summary that nobody wrote is made of whole sentences of the text."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from articles.build.summary import make_summary
from articles.models import Article
from articles.publish import PublishReport
from articles.render import render
from carrel.db import Database
from tests.support.articles import write_files


def summary_of(body: str) -> str:
    return make_summary(render(body).blocks, "The title")


def test_it_is_made_of_the_first_sentences_of_prose() -> None:
    body = "## Why\n\n```\ncode\n```\n\nA *claim* is clean. It has `nothing` missing &amp; no [error](https://a.example). More.\n"
    assert summary_of(body) == "A claim is clean. It has nothing missing & no error."


def test_it_goes_on_in_the_next_paragraph_when_the_first_is_short() -> None:
    assert summary_of("Short.\n\nA second paragraph that says a good deal more than the first.\n") == (
        "Short. A second paragraph that says a good deal more than the first."
    )


def test_it_says_nothing_twice() -> None:
    assert summary_of("Short.\n\n- A point.\n") == "Short. A point."


def test_a_power_is_read_and_a_note_is_not() -> None:
    assert summary_of("Area is x<sup>2</sup>.[^1]\n\n[^1]: Note.\n") == "Area is x2."


def test_a_number_with_a_point_ends_no_sentence() -> None:
    assert summary_of("The limit is $1.50 for each unit and 42.5 units a day. Next.") == (
        "The limit is $1.50 for each unit and 42.5 units a day."
    )


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    summary = summary_of("word " * 100)
    assert len(summary) <= 220
    assert summary.endswith("word…")


def test_sentences_of_other_scripts_end_too() -> None:
    assert summary_of("统计学是关于数据的科学。" * 30) == "统计学是关于数据的科学。" * 5
    assert len(summary_of("统" * 400)) == 220


def test_marks_of_footnotes_are_no_words() -> None:
    assert summary_of("A claim[^1] is clean when nothing at all is missing in it.\n\n[^1]: Note.\n") == (
        "A claim is clean when nothing at all is missing in it."
    )


@pytest.mark.parametrize("body", ["", "```\ncode\n```\n", "## Only a heading\n"])
def test_without_prose_it_is_the_title(body: str) -> None:
    assert summary_of(body) == "The title"


def test_a_list_is_prose_when_there_is_no_paragraph() -> None:
    assert summary_of("- One item\n- Another item\n").startswith("One item")


def test_readers_see_it_and_publishing_says_so(
    content: Path, publish_now: Callable[..., PublishReport], db: Database
) -> None:
    write_files(
        content, {"cpb/one.md": "# One thing\n\nA claim is clean when nothing at all is missing in it.\n"}
    )
    report = publish_now()
    assert [problem.code for problem in report.warnings["cpb/one.md"]] == ["summary-made", "title-made"]
    with db.read() as session:
        article = session.scalars(select(Article).where(Article.slug == "one")).one()
        assert (article.title, article.summary) == (
            "One thing",
            "A claim is clean when nothing at all is missing in it.",
        )
        assert "One thing" not in article.content.html  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "::: card a\nFront?\n\n---\n\nSecret.\n:::", "> [!success]- Answer\n> Secret.", "<details><summary>Answer</summary>Secret.</details>",
        "::: question a\nWhich?\n\n- [x] Secret\n\n  Secret.\n\n- [ ] One\n\n  Secret.\n:::", "> ::: card a\n> Front?\n>\n> ---\n>\n> Secret.\n> :::",
    ],
)  # fmt: skip
def test_it_gives_no_answer_away(text: str) -> None:
    assert summary_of(text) in ("The title", "Answer")
    assert summary_of(f"{text}\n\n- Words.").endswith("Words.")


def test_words_that_stand_apart_stay_apart() -> None:
    assert summary_of("One<br>two  \nthree.") == "One two three."


def test_a_sentence_of_hindi_ends_with_its_own_sign() -> None:
    sentence = "यह पहला वाक्य है जो पर्याप्त लंबा है और समाप्त होता है।"
    assert summary_of(f"{sentence} {sentence} {sentence}") == sentence
