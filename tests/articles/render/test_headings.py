"""Headings, their ids and the contents list."""

import pytest

from articles.render import RenderContext, render
from articles.render.headings import slug


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("Levels of care", "levels-of-care"),
        ("What's new in 2026?", "whats-new-in-2026"),
        ("A & B", "a--b"),
        ("snake_case stays", "snake_case-stays"),
        ("Über Größe", "über-größe"),
        ("हिन्दी में", "हिन्दी-में"),
        ("Re\u0301sume\u0301", "résumé"),
        ("สวัสดี", "สวัสดี"),
        ("a\u203fb", "a\u203fb"),
        ("½ and ²", "-and-"),
        ("?!", "section"),
        ("Page 2", "section-page-2"),
        ("Question 1", "section-question-1"),
        ("fn-1", "section-fn-1"),
    ],
)
def test_a_heading_has_the_anchor_that_github_gives_it_and_no_reserved_one(text: str, anchor: str) -> None:
    assert slug(text) == anchor


def test_headings_with_the_same_words_have_different_ids() -> None:
    rendered = render("## A\n\n## A\n\n## A-1\n\n## A")
    assert [heading.id for heading in rendered.headings] == ["a", "a-1", "a-1-1", "a-2"]


def test_a_heading_carries_its_id_and_a_link_to_itself() -> None:
    html = render("## Levels *of* care").html
    assert html == (
        '<h2 id="levels-of-care">Levels <em>of</em> care'
        '<a class="anchor" href="#levels-of-care" aria-label="Link to this section">#</a></h2>\n'
    )


def test_contents_list_second_and_third_levels_outside_other_blocks() -> None:
    rendered = render("## A\n\n### B[^1]\n\n#### C\n\n> ## D\n\n[^1]: x")
    assert [(heading.text, heading.level) for heading in rendered.contents] == [("A", 2), ("B", 3)]
    assert [heading.text for heading in rendered.headings] == ["A", "B", "C", "D"]
    assert rendered.anchors == {"a", "b", "c", "d"}


def test_a_first_level_heading_is_warned_of_on_the_line_of_the_file_and_becomes_second() -> None:
    rendered = render("x\n\n# Title", RenderContext(first_line=11))
    (problem,) = rendered.problems
    assert (problem.line, problem.code, problem.level) == (13, "heading-1", "warning")
    assert "<h1" not in rendered.html
    assert rendered.contents[0].level == 2


def test_below_it_every_heading_is_one_level_lower_so_that_all_keep_their_places() -> None:
    rendered = render("# A\n\n## B\n\n# C\n\n###### D", RenderContext())
    assert [(heading.text, heading.level) for heading in rendered.headings] == [
        ("A", 2), ("B", 3), ("C", 2), ("D", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading", ["# Clean claims", "Clean Claims!\n===", "# *Clean* claims", "# Cle\u0301an claims"]
)
def test_the_title_said_again_is_dropped_without_a_word(heading: str) -> None:
    rendered = render(f"{heading}\n\nText.\n\n## B", RenderContext(title="Clean claims"))
    assert rendered.problems == ()
    assert [(heading.text, heading.level) for heading in rendered.headings] == [("B", 2)]
    assert rendered.html.startswith("<p>Text.</p>")


def test_only_the_first_of_them_is_the_title() -> None:
    rendered = render("# A\n\nx\n\n# A\n\ny", RenderContext(title="A"))
    assert [(problem.code, problem.line) for problem in rendered.problems] == [("heading-1", 5)]
    assert [heading.text for heading in rendered.headings] == ["A"]


def test_a_text_of_nothing_but_its_title_is_a_mistake() -> None:
    (problem,) = render("# A", RenderContext(title="A")).problems
    assert (problem.code, problem.level) == ("empty-body", "error")


def test_a_heading_without_words_is_a_mistake() -> None:
    assert [problem.code for problem in render("##\n\nx").problems] == ["heading-empty"]


def test_a_jump_over_a_level_is_a_warning() -> None:
    (problem,) = render("## A\n\n#### B").problems
    assert (problem.code, problem.level, problem.line) == ("heading-step", "warning", 3)
