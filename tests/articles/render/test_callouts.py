"""Callouts of GitHub, Obsidian and Docusaurus."""

import pytest

from articles.render import for_feed, render
from articles.render.callouts import KINDS


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_of_obsidian_is_one_of_ours(name: str) -> None:
    rendered = render(f"> [!{name}]\n> Text.")
    assert rendered.html == (
        f'<div class="note note-{KINDS[name]}" role="note">\n<p class="note-title">{name.capitalize()}</p>\n<p>Text.</p>\n</div>\n'
    )
    assert rendered.problems == ()
    assert rendered.blocks[0].kind == "admonition"


@pytest.mark.parametrize("first", [">[!NOTE]", "> [!NOTE]", "> [!note] Note", "> [!My own] Note"])
def test_it_may_be_written_without_a_space_or_in_small_letters(first: str) -> None:
    html = render(f"{first}\n>Text.").html
    assert (
        html
        == '<div class="note note-note" role="note">\n<p class="note-title">Note</p>\n<p>Text.</p>\n</div>\n'
    )


def test_its_title_may_have_markup() -> None:
    html = render("> [!info] IEEE *802* `x`\n> Text **b**.\n> More.").html
    assert '<p class="note-title">IEEE <em>802</em> <code>x</code></p>' in html
    assert "<p>Text <strong>b</strong>.\nMore.</p>" in html


@pytest.mark.parametrize("kind", ["success", "NOTE"])
@pytest.mark.parametrize(("sign", "opened"), [("-", ""), ("+", ' open=""')])
def test_a_folded_one_opens_when_it_is_asked(kind: str, sign: str, opened: str) -> None:
    html = render(f"> [!{kind}]{sign} Answer\n> **B**").html
    assert html.startswith('<details class="note note-')
    assert (
        f'{opened}>\n<summary class="note-title">Answer</summary>\n<p><strong>B</strong></p>\n</details>'
        in html
    )


def test_a_folded_one_without_a_title_says_its_kind() -> None:
    assert '<summary class="note-title">Tip</summary>' in render("> [!TIP]-\n> a").html


def test_one_may_stand_in_another_and_hold_lists_and_tables() -> None:
    html = render("> [!faq] Q\n> - a\n>\n> | b |\n> |---|\n> | c |\n>\n> > [!todo]- D\n> > e").html
    assert html.index('note-title">Q') < html.index("<li>a") < html.index("<table>") < html.index("<details")


def test_a_quote_stays_a_quote() -> None:
    assert render("> [link](#) [!x\n> a").html.startswith("<blockquote>")
    assert render("> a\n> [!info]").html.startswith("<blockquote>")


@pytest.mark.parametrize("first", [":::tip My title", ":::tip[My title]", "::: TIP My title"])
def test_a_container_of_docusaurus_is_one(first: str) -> None:
    html = render(f"{first}\nText.\n:::").html
    assert (
        html
        == '<div class="note note-tip" role="note">\n<p class="note-title">My title</p>\n<p>Text.</p>\n</div>\n'
    )


def test_an_answer_gives_nothing_away_in_a_feed() -> None:
    html = for_feed(render("Which?\n\n> [!success]- Answer\n> **B**\n\nLast.").html, "https://x.test/")
    assert (
        html.index("<strong>Answer</strong> (see 1 at the end)")
        < html.index("Last.")
        < html.index("<strong>B</strong>")
    )
    assert "<strong>1. Answer</strong>" in html
    assert "<details" not in html


def test_a_folded_one_in_a_question_is_none_of_its_options() -> None:
    text = "::: question\nx?\n\n> [!tip]- Hint\n> h\n\n- [ ] a\n\n  b\n- [x] c\n\n  d\n:::\n"
    html = for_feed(render(text).html, "https://x.test/")
    assert (
        html.index("Question 1: hint</strong> (see 1")
        < html.index("A: incorrect")
        < html.index("1. Question 1: hint")
    )
    for_feed(render("::: question\n> [!info]- x\n").html, "https://x.test/")


def test_its_title_is_bold_in_a_feed() -> None:
    html = for_feed(render("> [!info] A *b* c\n> d").html, "https://x.test/")
    assert "<p><strong>A <em>b</em> c</strong></p>" in html


def test_what_is_folded_in_a_folded_part_comes_after_it() -> None:
    text = "<details>\n<summary>One</summary>\n\nA\n\n> [!note]- Two\n> B\n\n</details>\n\nC"
    html = for_feed(render(text).html, "https://x.test/")
    places = [
        html.index(words)
        for words in (
            "One</strong> (see 1",
            "<p>C",
            "1. One",
            "<p>A",
            "Two</strong> (see 2",
            "2. Two",
            "<p>B",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", ["tip", "success"])
def test_the_title_of_githubs_own_kinds_may_have_markup_too(kind: str) -> None:
    rendered = render(f"> [!{kind}]- **Bold** `code` [words](https://x.test/) 1 < 2\n> Text.")
    title = (
        '<strong>Bold</strong> <code>code</code> <a href="https://x.test/" rel="noopener">words</a> 1 &lt; 2'
    )
    if kind == "tip":  # a sign of HTML leaves a title as it is written
        rendered = render("> [!tip]- **Bold** `code` [words](https://x.test/)\n> Text.")
        title = title.removesuffix(" 1 &lt; 2")
    assert f'<summary class="note-title">{title}</summary>' in rendered.html
    assert rendered.problems == ()


@pytest.mark.parametrize("title", ["1. no list", "# no heading", "a < *b*", "**", "- x"])
def test_a_title_is_one_line_of_words(title: str) -> None:
    assert render(f"> [!note] {title}\n> Text.").text == f"{title} Text."


@pytest.mark.parametrize(
    ("first", "title", "opening"),
    [
        ("::: {note}", "Note", '<div class="note note-note" role="note">'), (":::{tip} My title", "My title", '<div class="note note-tip" role="note">'),
        ("::: {.warning}", "Warning", '<div class="note note-warning" role="note">'),
        ('::: {.callout-tip title="My title"}', "My title", '<div class="note note-tip" role="note">'),
        ("::: {.callout-note collapse=\"true\"}", "Note", '<details class="note note-note">'),
        ("::: details My title", "My title", '<details class="note note-note">'), (":::spoiler Answer", "Answer", '<details class="note note-note">'), (":::details", "Details", '<details class="note note-note">'),
    ],
)  # fmt: skip
def test_a_container_of_myst_pandoc_quarto_and_vitepress_is_one(first: str, title: str, opening: str) -> None:
    rendered = render(f"{first}\nText.\n:::")
    assert rendered.html.startswith(opening)
    assert f'note-title">{title}</' in rendered.html
    assert rendered.problems == ()


@pytest.mark.parametrize("first", ["::: {columns}", "::: {.code-group}", "::: code-group", "::: {}"])
def test_another_container_stays_a_mistake(first: str) -> None:
    assert [problem.code for problem in render(f"{first}\nText.\n:::").problems] == ["container-unknown"]
