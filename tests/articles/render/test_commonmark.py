"""CommonMark's whole example suite, with our real options."""

import re

import comrak
import pytest

from articles.render import markdown
from tests.articles.render.commonmark import Example, examples

# The deliberate differences, by the number of the example. An example that is listed and matches is an error too.
RAW_HTML = frozenset({
    21, 31, *range(148, 192), 201, 308, 309, 344, 475, 476, 477, 491, 494, 524, 536, *range(613, 618), 623,
    *range(625, 632), 642, 643,
})  # fmt: skip
"""Their HTML is rendered a second time and cleaned: authors are not trusted with it (CON-01), see `author_html`."""
BARE_ADDRESSES = frozenset({602, 608, 611, 612})
"""An address without angle brackets becomes a link, as on GitHub: readers expect it."""


@pytest.fixture(scope="module")
def suite() -> list[Example]:
    return examples()


def without_positions(html: str) -> str:
    return re.sub(r' data-sourcepos="[^"]*"', "", html)


def with_option(text: str, *, raw_html: bool = False, bare_addresses: bool = True) -> str:
    extensions, rendering = comrak.ExtensionOptions(), comrak.RenderOptions()
    for name in markdown.EXTENSIONS:
        setattr(extensions, name, bare_addresses or name != "autolink")
    rendering.unsafe_ = raw_html
    return comrak.render_markdown(text, extensions, comrak.ParseOptions(), rendering)


def test_every_example_of_the_specification_is_there(suite: list[Example]) -> None:
    assert [example["example"] for example in suite] == list(range(1, 653))


def test_every_example_matches_except_the_listed_differences(suite: list[Example]) -> None:
    differing = {
        example["example"]
        for example in suite
        if without_positions(markdown.to_html(example["markdown"])) != example["html"]
    }
    assert differing == RAW_HTML | BARE_ADDRESSES


def test_the_differences_have_the_reason_that_is_given_for_them(suite: list[Example]) -> None:
    for example in suite:
        if example["example"] in RAW_HTML:
            assert with_option(example["markdown"], raw_html=True) == example["html"]
            assert "<!-- raw HTML omitted -->" in markdown.to_html(example["markdown"])
        if example["example"] in BARE_ADDRESSES:
            assert with_option(example["markdown"], bare_addresses=False) == example["html"]
