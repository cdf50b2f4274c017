"""The whole way, with text that nobody thought of."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.render import RENDERER, RenderContext, WebImage, for_feed, render
from articles.render.clean import clean
from tests.articles.render.test_xss import faults

PARTS = (
    "a", "word ", " ", "  ", "    ", "\n", "\n\n", "\t", "#", "## ", "# ", "=\n", "---\n", "***", "*", "**", "_", "~~", "`", "```", "```js\n", "- ", "1. ", "> ",
    "[ ] ", "[x] ", "- [ ] a\n", "- [x] b\n\n  c\n", "[", "]", "(", ")", "[a](b.md)", "[a](#a)", "![", "![a](b.png)", "![a](b.png 'c')", "[^1]", "[^1]: ", "[^2]", "[^x]:",
    "::: question\n", ":::\n", ":::", "> [!NOTE]\n", "> [!TIP] t\n", ": ", "|", "|-|\n", "| a | b |\n|---|---|\n", "<b>", "</p>", "<!--", "-->", "<script>", "&amp;", "&#0;", "&#1;", "\\",
    "\x00", "\x01", "\x0b", "\x1f", "\ufffe", "\u2028", "é", "\U0001f600", "\r", "\r\n", "TODO", "javascript:", "http://a.b", "a@b.c", "<", ">", '"', "'", "!", "https://",
    "$", "$$", "$$\n", "\\(", "\\)", "\\[\n", "\\]", "\\frac{a}{", "{", "}", "^", "\\begin{aligned}", "\\end{aligned}", "```math\n", "[[", "]]", "[[a|b]]",
    "![[a.png|30]]", "![[a]]", "[[#a]]", "> [!info]- x\n", "> [!a]+\n", ":::tip t\n", "{#a}", "{: .b}", "{width=30}", "==", "~", "^2^", "~2~", ":smile:", "%%", "{{< a >}}",
    "{% b %}", "*[a]: b\n", "<details>", "<iframe src='//youtu.be/aaaaaaaaaaa'>", "[embed]", "[/embed]", "统计",
)  # fmt: skip
ANYTHING = st.one_of(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), st.text(max_size=200))
CONTEXT = RenderContext(
    first_line=100,
    resolve_link=lambda path: "/articles/x/",
    resolve_image=lambda src: WebImage("/m/a.webp", 3, 2, "/m/a.webp 3w"),
)
ALL = replace(CONTEXT, math=True, quotes="«»", resolve_note=lambda name: [f"{name}.md"] * (len(name) % 3))


@pytest.mark.sweep
@settings(max_examples=240, deadline=None)
@given(ANYTHING, st.sampled_from((CONTEXT, ALL)))
def test_any_text_renders_to_harmless_whole_blocks(text: str, context: RenderContext) -> None:
    rendered = render(text, context)
    last = 100 + text.count("\n") + text.count("\r")
    assert faults(rendered.html) == []
    assert all(faults(block.html) == [] for block in rendered.blocks)
    lines = [problem.line for problem in rendered.problems] + [block.line for block in rendered.blocks]
    assert all(100 <= line <= last for line in lines)
    if rendered.text.isascii():
        assert rendered.words == len(rendered.text.split())
    assert len({heading.id for heading in rendered.headings}) == len(rendered.headings)
    assert faults(for_feed(rendered.html, "https://carrel.test/articles/x/")) == []


@settings(max_examples=60, deadline=None)
@given(ANYTHING, st.sampled_from((CONTEXT, ALL)))
def test_any_text_renders_the_same_again_and_cleaning_twice_changes_nothing(
    text: str, context: RenderContext
) -> None:
    first = render(text, context)
    assert render(text, context) == first
    assert all(clean(block.html) == block.html for block in first.blocks)


SYNTAX = (
    "{} ", "{}\n\n", "## {} {{#a{}}}\n", "> [!info]- {}\n> {}\n\n", ">[!TIP]\n> {}\n\n", ":::note {}\n{}\n:::\n\n", "=={}== ", "x=={} and y=={} ", "H~{}~ ", "x^{}^ ",
    "[[{}]] ", "[[x|{}]] ", "![[{}]] ", "![[a.png|{}]]\n\n", "**{}**{{.b}} ", "![{}](a.png){{width=30}} ", "${}$ ", "$$\n{}\n$$\n\n", "\\({}\\) ", "```math\n{}\n```\n\n", "```java\n{}\n```\n\n",
    "%%{}%% ", "*[{}]: {}\n\n", "{{{{< {} >}}}} ", "{{% {} %}} ", "<iframe src='https://youtu.be/dQw4w9WgXcQ' title='{}'></iframe> ", "[embed]https://youtu.be/dQw4w9WgXcQ[/embed] {} ", ":{}: ", '"{}" -- ',
    "<details>\n<summary>{}</summary>\n\n{}\n\n</details>\n\n", "| {} |\n|---|\n| {} |\n\n", "- {}\n{{: .c}}\n\n", "<b>{}</b> ", "{}\n: {}\n\n", "[{}](#x){{:target=_blank}} ", "[TOC] {} ",
)  # fmt: skip


@pytest.mark.sweep
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SYNTAX), max_size=25), st.sampled_from((CONTEXT, ALL)))
def test_no_word_is_lost_without_a_word(parts: list[str], context: RenderContext) -> None:
    numbers = count()
    text = "".join(
        re.sub(r"(?<!\{)\{\}(?!\})|(?<=a)\{\}", lambda _: f"w{next(numbers)}q", part).format()
        for part in parts
    )
    rendered = render(text, context)
    page = html5lib.parseFragment(rendered.html, namespaceHTMLElements=False)
    shown = " ".join(
        [*page.itertext(), *(value for element in page.iter() for value in element.attrib.values())]
    )
    feed = for_feed(rendered.html, "https://carrel.test/articles/x/")
    lost = set(re.findall(r"w\d+q", text)) - set(re.findall(r"w\d+q", shown))
    named = {"comment", "attributes", "abbreviation-unused"} & {problem.code for problem in rendered.problems}
    assert not lost or named, (lost, text)
    assert set(re.findall(r"w\d+q", " ".join(page.itertext()))) - _formula_letters(page) <= set(
        re.findall(r"w\d+q", feed)
    )


def _formula_letters(page: Element) -> set[str]:
    return {
        word
        for element in page.iter()
        if "alttext" in element.attrib
        for word in re.findall(r"w\d+q", "".join(element.itertext()))
    }


def test_many_threads_may_render_at_once() -> None:
    text = "## A\n\nx[^1] **b**\n\n::: question\nc\n\n- [ ] d\n\n  e\n- [x] f\n\n  g\n:::\n\n[^1]: h\n"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: render(text).html, range(200))) == {render(text).html}


def test_the_renderer_names_itself_for_the_hash_of_an_article() -> None:
    assert RENDERER.startswith("9, comrak ")
    assert "nh3" in RENDERER
