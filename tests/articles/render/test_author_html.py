"""HTML that authors write: kept where it reads well, named where not, and no word of it lost in silence."""

import re

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.loading.characters import forbidden_in
from articles.render import RenderContext, WebImage, render
from articles.render.author_html import OMITTED
from articles.render.markdown import to_html
from tests.articles.render.test_pipeline import PARTS
from tests.articles.render.test_xss import faults


def problems(text: str, first_line: int = 1) -> list[tuple[int, str, str]]:
    rendered = render(text, RenderContext(first_line=first_line))
    return [(problem.line, problem.code, problem.level) for problem in rendered.problems]


@pytest.mark.parametrize(
    "html",
    [
        "<p>H<sub>2</sub>O and x<sup>2</sup></p>",
        "<p><kbd>Ctrl</kbd>+<kbd>C</kbd></p>",
        '<p><abbr title="Health Insurance">HI</abbr> <u>u</u> <small>s</small> <mark>m</mark></p>',
        "<p><ruby>漢<rt>kan</rt></ruby> <q>said</q> <cite>Book</cite> <b>b</b> <i>i</i></p>",
        "<p>one<br>two</p>",
        '<p><span lang="fr" dir="ltr">mot</span></p>',
    ],
)
def test_what_markdown_cannot_write_stays(html: str) -> None:
    rendered = render(html.removeprefix("<p>").removesuffix("</p>"))
    assert rendered.html == f"{html}\n"
    assert rendered.problems == ()


def test_a_break_stays_in_a_cell() -> None:
    assert "<td>a<br>b</td>" in render("| x |\n|--|\n| a<br>b |\n").html


def test_markdown_inside_of_an_authors_block_is_markdown_and_no_slot_stands_there() -> None:
    rendered = render("<details>\n<summary>More</summary>\n\n**In** it.\n\n- a\n\n</details>\n\nBelow.")
    assert len(rendered.blocks) == 2
    assert rendered.blocks[0].html.startswith(
        "<details>\n<summary>More</summary>\n<p><strong>In</strong> it.</p>"
    )
    assert rendered.problems == ()


@pytest.mark.parametrize("text", ["a <!-- b --> c", "a\n\n<!--\nb\n\nb\n-->\n\nc", "<!-- b -->\na c"])
def test_comments_vanish_without_a_word(text: str) -> None:
    rendered = render(text)
    assert rendered.text.split() == ["a", "c"]
    assert rendered.problems == ()


def test_a_comment_without_end_would_hide_the_rest() -> None:
    assert problems("a\n\n<!-- b\n\nc\n", 11) == [(13, "comment-open", "error")]


def test_a_tag_that_no_browser_knows_is_shown() -> None:
    rendered = render("Use the <region> and <Your-Name> of </x:y>.")
    assert rendered.text == "Use the <region> and <Your-Name> of </x:y>."
    assert [problem.level for problem in rendered.problems] == ["warning", "warning"]


@pytest.mark.parametrize("tag", ["div", "center", "font", "section"])
def test_what_only_arranges_is_left_out_and_its_words_stay(tag: str) -> None:
    rendered = render(f"a\n\n<{tag}>\n\nb *c*\n\n</{tag}>\n\nd")
    assert [block.html for block in rendered.blocks] == ["<p>a</p>\n", "<p>b <em>c</em></p>\n", "<p>d</p>\n"]
    assert problems(f"a\n\n<{tag}>\n\nb\n\n</{tag}>", 5) == [(7, "layout-tag", "warning")]


@pytest.mark.parametrize(
    "tag", ["script", "style", "iframe", "object", "form", "button", "video", "svg", "math", "input", "meta"]
)
def test_what_is_not_allowed_is_named_with_its_line_and_what_to_write(tag: str) -> None:
    rendered = render(f"a\n\nb <{tag}>", RenderContext(first_line=5))
    (problem,) = rendered.problems
    assert (problem.line, problem.code, problem.level) == (7, "raw-html", "error")
    assert f"<{tag}>" in problem.message
    assert f"<{tag}" not in rendered.html


def test_an_anchor_of_ones_own_is_where_links_lead_and_takes_no_room() -> None:
    rendered = render('<a name="old"></a>\n## New\n\n[x](#old) [y](#new)\n\n<a id="p"></a>\nText.\n\n[z](#p)')
    assert '<h2 id="new"><a id="old"></a>New' in rendered.html
    assert rendered.problems == ()
    assert {"old", "new", "p"} <= rendered.anchors
    assert "<p></p>" not in rendered.html


def test_an_anchor_that_the_heading_has_already_is_left_out() -> None:
    assert render('<a name="foo"></a>\n## Foo').html.startswith('<h2 id="foo">Foo<a')


def test_ids_of_the_page_are_nobodys() -> None:
    rendered = render('<span id="page-main">a</span> <a name="fn-1"></a> <p id="question-1">x</p>')
    assert not re.search(r'id="(page|fn|question)-', rendered.html)


def test_an_authors_class_means_nothing() -> None:
    html = render(
        '<div class="question">a</div>\n\n<span class="verdict">b</span> <p class="note-title">c</p>'
    ).html
    assert "class" not in html


def test_an_authors_picture_is_one_of_ours() -> None:
    context = RenderContext(resolve_image=lambda src: WebImage(f"/m/{src}.webp", 8, 6))
    rendered = render(
        '<div align="center">\n<img src="a.png" alt="A" onerror="x" width=9999>\n</div>', context
    )
    assert (
        '<img src="/m/a.png.webp" alt="A" width="8" height="6" loading="eager" decoding="async">'
        in rendered.html
    )


def test_lines_are_those_of_comrak_whatever_an_author_claims() -> None:
    text = 'a\n\n<p data-sourcepos="900:1-900:2">b <iframe></p>\n\nTODO'
    assert [line for line, _, _ in problems(text)] == [3, 5]


def test_text_beside_an_authors_blocks_is_in_a_paragraph() -> None:
    assert render("<details></details> tail").html == "<details></details>\n<p> tail\n</p>\n"


HTML = ("<b>", "</b>", "<i>x</i>", "<br>", "<details>", "</details>", "<summary>", "</summary>", "<div>", "</div>",
        "<table><tr><td>", "</table>", "<p>", "</p>", '<a name="n">', "</a>", "<!-- c -->", "<region>", "<li>", "<ul>",
        "<h2>", "</h2>", "<ruby>", "<img src=a.png alt=b>", "<kbd>", "word ", "other\n\n", "\n")  # fmt: skip


def spoken(html: str) -> list[str]:
    """The words that a browser shows of what the author wrote, read by another parser than ours."""
    body = html5lib.parse(f"<body>{html}</body>", namespaceHTMLElements=False)[1]
    for unspoken in (each for each in body.iter() if each.tag in ("script", "style") or callable(each.tag)):
        unspoken.text = None
    return re.findall(r"\w+", "".join(body.itertext()))


def numbered(parts: list[str]) -> str:
    """One text in which no word stands twice: so a lost one is missed."""
    return "".join(re.sub(r"\b(word|other)\b", rf"\g<1>{number}", part) for number, part in enumerate(parts))


@pytest.mark.sweep
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from((*HTML, *(part for part in PARTS if not forbidden_in(part)))), max_size=40).map(
        numbered
    )
)
@example("<!--word1 <!-- c -->")
@example("<script>word1 ")
@example("<b>[[a|b]]word2 ")
@example("%%word1 %%<b>")
def test_any_mixture_is_harmless_and_loses_no_word(text: str) -> None:
    rendered = render(text)
    assert faults(rendered.html) == []
    has_comment = text.count("%%") > 1  # Obsidian's: what stands between them is the author's own
    if (
        OMITTED in to_html(text)
        and not has_comment
        and "comment-open" not in {problem.code for problem in rendered.problems}
    ):
        known = re.sub(r"<(?=/?(region|b\.c))", "&lt;", to_html(text, raw_html=True))
        shown = " ".join(spoken(rendered.html))  # without its brackets, `[[a|b]]word2` is one word
        words = {word for word in spoken(known) if re.fullmatch(r"(word|other)\d+", word)}
        assert not {word for word in words if not re.search(rf"{word}(?!\d)", shown)}


@pytest.mark.parametrize("text", ["<?php echo 1; ?>", "a <?= b ?> c", "<![CDATA[ a ]]>", "<?xml a?>\nb"])
def test_instructions_that_no_browser_shows_are_text_with_a_word(text: str) -> None:
    rendered = render(text)
    assert rendered.text.split() == text.split()
    assert [(problem.line, problem.code, problem.level) for problem in rendered.problems] == [
        (1, "unknown-tag", "warning")
    ]


def test_a_tag_is_named_as_it_is_written() -> None:
    (problem,) = render("a\n\n<TabItem>b</TabItem>").problems
    assert (problem.line, problem.message) == (3, "<TabItem> is not an HTML tag; it is shown as text.")


def test_of_pictures_to_choose_from_the_one_for_all_stays() -> None:
    rendered = render(
        '<picture><source srcset="d.png" media="(prefers-color-scheme: dark)"><img src="a.png" alt="A"></picture>'
    )
    assert "<img" in rendered.html
    assert {problem.level for problem in rendered.problems} == {"warning"}


def test_what_an_author_sets_in_pre_is_code_and_stays_as_it_is() -> None:
    text = "[^a-z] :smile: x^2^ H~2~O [[note]] TODO {{ a }} ==b=="
    rendered = render(f"<pre>{text}</pre>")
    assert rendered.html == f'<pre class="code" tabindex="0">{text}</pre>\n'
    assert rendered.problems == ()
