"""Footnotes: both directions, and what has no other end."""

import time

import pytest

from articles.render import RenderContext, render


def test_calls_and_notes_lead_to_each_other_whatever_the_author_named_them() -> None:
    rendered = render('a[^z"<] b[^über] c[^z"<]\n\n[^über]: two\n[^z"<]: one\n')
    assert rendered.problems == ()
    assert rendered.html == (
        '<p>a<sup><a href="#fn-1" id="fnref-1" class="ref" role="doc-noteref" aria-label="Note 1">1</a></sup> '
        'b<sup><a href="#fn-2" id="fnref-2" class="ref" role="doc-noteref" aria-label="Note 2">2</a></sup> '
        'c<sup><a href="#fn-1" id="fnref-1-2" class="ref" role="doc-noteref" aria-label="Note 1">1</a></sup></p>\n'
        '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n<li id="fn-1">\n<p>one '
        '<a href="#fnref-1" class="back" aria-label="Back to the text, note 1" role="doc-backlink">↩</a> '
        '<a href="#fnref-1-2" class="back" aria-label="Back to the text, note 1, place 2" role="doc-backlink">↩2</a></p>\n'
        '</li>\n<li id="fn-2">\n<p>two '
        '<a href="#fnref-2" class="back" aria-label="Back to the text, note 2" role="doc-backlink">↩</a></p>\n'
        "</li>\n</ol>\n</section>\n"
    )


def test_search_finds_the_note_but_no_numbers_and_arrows() -> None:
    assert render("word[^1].\n\n[^1]: A note.").text == "word.\nA note."


def test_footnotes_are_the_last_block() -> None:
    assert [block.kind for block in render("a[^1]\n\n[^1]: x\n\nb").blocks] == [
        "paragraph",
        "paragraph",
        "footnotes",
    ]


def test_a_note_that_nobody_calls_is_a_mistake() -> None:
    rendered = render("a\n\n[^1]: x", RenderContext(first_line=3))
    assert [(problem.line, problem.code) for problem in rendered.problems] == [(5, "footnote-unused")]


def test_a_call_without_a_note_is_a_mistake() -> None:
    rendered = render("a\nb[^x] `[^code]`\n\n    [^code]\n")
    assert [(problem.line, problem.code) for problem in rendered.problems] == [(2, "footnote-undefined")]


def test_a_note_written_twice_is_a_mistake_and_shown_once() -> None:
    rendered = render("a[^1]\n\n[^1]: x\n[^1]: y")
    assert [(problem.line, problem.code) for problem in rendered.problems] == [(4, "footnote-duplicate")]
    assert rendered.html.count("<li") == 1


def test_a_definition_in_code_is_not_a_note() -> None:
    assert render("```\n[^1]: x\n```\n\na[^2]\n\n[^2]: y").problems == ()


def test_a_call_in_an_alt_text_leaves_no_way_back_to_nowhere() -> None:
    html = render("x[^1] ![y[^1]](a.png)\n\n[^1]: z").html
    assert html.count('class="ref"') == html.count('class="back"') == 1


def test_a_note_that_only_an_alt_text_calls_is_not_shown() -> None:
    rendered = render("![y[^1]](a.png)\n\n[^1]: z")
    assert [problem.code for problem in rendered.problems] == ["footnote-unused"]
    assert "fn-1" not in rendered.html
    assert [block.kind for block in rendered.blocks] == ["figure"]


def test_notes_that_call_each_other_keep_all_their_ways() -> None:
    html = render("[^a]\n\n[^a]: [^b]\n\n[^b]: [^a]").html
    assert html.count('class="ref"') == html.count('class="back"') == 3


@pytest.mark.parametrize("language", ["", "js", "python", "bash"])
def test_a_regular_expression_in_code_is_no_footnote(language: str) -> None:
    assert render(f"```{language}\nx = r'[^a-z]' # [^b]\n```\n\n`[^c]`\n").problems == ()


def test_marks_of_notes_that_never_end_take_no_longer_each() -> None:
    begun = time.process_time()
    render("[^a" * 20_000)
    assert time.process_time() - begun < 5  # each was followed to the end of the text: half a minute


def test_a_note_may_stand_in_the_text_as_in_obsidian_and_pandoc() -> None:
    rendered = render("One^[A *note* in place.] and two[^1].\n\n[^1]: Another.")
    assert rendered.problems == ()
    assert rendered.text == "One and two.\nA note in place. Another."
    assert '<sup><a href="#fn-1" id="fnref-1"' in rendered.html


@pytest.mark.parametrize(
    "text", ["A pattern ^[a-z]+ here", "See^[1](https://x.test/) there", "`x^[a b]`", "x ^[a b] and ^[c]"]
)
def test_what_only_looks_like_a_note_in_place_is_none(text: str) -> None:
    assert "footnotes" not in render(text).html
