"""The whole way, with text that nobody thought of."""

from concurrent.futures import ThreadPoolExecutor

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
)  # fmt: skip
ANYTHING = st.one_of(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), st.text(max_size=200))
CONTEXT = RenderContext(
    first_line=100,
    resolve_link=lambda path: "/articles/x/",
    resolve_image=lambda src: WebImage("/m/a.webp", 3, 2, "/m/a.webp 3w"),
)


@settings(max_examples=120, deadline=None)
@given(ANYTHING)
def test_any_text_renders_to_harmless_whole_blocks(text: str) -> None:
    rendered = render(text, CONTEXT)
    last = 100 + text.count("\n") + text.count("\r")
    assert faults(rendered.html) == []
    assert all(faults(block.html) == [] for block in rendered.blocks)
    lines = [problem.line for problem in rendered.problems] + [block.line for block in rendered.blocks]
    assert all(100 <= line <= last for line in lines)
    assert rendered.words == len(rendered.text.split())
    assert len({heading.id for heading in rendered.headings}) == len(rendered.headings)
    assert faults(for_feed(rendered.html, "https://carrel.test/articles/x/")) == []


@settings(max_examples=60, deadline=None)
@given(ANYTHING)
def test_any_text_renders_the_same_again_and_cleaning_twice_changes_nothing(text: str) -> None:
    first = render(text, CONTEXT)
    assert render(text, CONTEXT) == first
    assert all(clean(block.html) == block.html for block in first.blocks)


def test_many_threads_may_render_at_once() -> None:
    text = "## A\n\nx[^1] **b**\n\n::: question\nc\n\n- [ ] d\n\n  e\n- [x] f\n\n  g\n:::\n\n[^1]: h\n"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: render(text).html, range(200))) == {render(text).html}


def test_the_renderer_names_itself_for_the_hash_of_an_article() -> None:
    assert RENDERER.startswith("5, comrak ")
    assert "nh3" in RENDERER
