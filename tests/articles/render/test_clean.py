"""Blocks that are not cleaned are those that cleaning would not change."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from articles.render import clean
from articles.render.tree import Element, new_element

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=6) | st.sampled_from(
    ["a < b", "&amp;", "\xa0", "\t\n", '"quoted"', "it's", "x & y"]
)
INLINE: st.SearchStrategy[Any] = st.recursive(
    st.tuples(st.sampled_from(["em", "strong", "code", "span", "a"]), WORDS, WORDS).map(lambda made: (*made, [])),
    lambda inner: st.tuples(st.sampled_from(["em", "strong", "code"]), WORDS, WORDS, st.lists(inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip
TEXTS = st.tuples(WORDS, st.lists(INLINE, max_size=3))


def grow(element: Element, text: str, children: object) -> Element:
    element.text = text
    assert isinstance(children, list)
    for tag, inside, behind, more in children:
        child = grow(new_element(tag), inside, more)
        child.tail = behind
        element.append(child)
    return element


def block_of(tag: str, texts: list[tuple[str, object]]) -> Element:
    if tag == "p":
        return grow(new_element("p"), *texts[0])
    block = new_element(tag)
    block.text = "\n"
    for text in texts:
        item = grow(new_element("li"), *text)
        item.tail = "\n"
        block.append(item)
    return block


@pytest.mark.sweep
@given(st.sampled_from(["p", "ul", "ol"]), st.lists(TEXTS, min_size=1, max_size=3))
def test_a_plain_block_is_what_cleaning_makes_of_it(tag: str, texts: list[tuple[str, object]]) -> None:
    html = etree.tostring(block_of(tag, texts), encoding="unicode", method="html")
    assert clean.clean(html) == clean.CLEANER.clean(html)


def test_most_blocks_are_plain_and_nothing_with_an_attribute_is() -> None:
    for plain in ("<p>A &amp; <em>b</em> é</p>", "<ul>\n<li>a</li>\n<li><code>&lt;b&gt;</code></li>\n</ul>"):
        assert clean.PLAIN.fullmatch(plain)
    for other in (
        '<p id="a">b</p>', '<p><em id="a">b</em></p>', "<p><a>b</a></p>", "<p><script>b</script></p>", "<p>a</p><p>b</p>", "<p>&quot;</p>",
        "<p><EM>a</EM></p>", "<ul>\n<li><p>a</p></li>\n</ul>", "<p>a\0</p>", "<p>a\xa0b</p>", "<p>a<!-- b --></p>",
    ):  # fmt: skip
        assert not clean.PLAIN.fullmatch(other), other


def test_a_long_paragraph_that_is_not_plain_takes_no_longer_than_another() -> None:
    assert not clean.PLAIN.fullmatch(f"<p>{'a' * 1_000_000}<b>")
