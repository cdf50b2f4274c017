"""Addresses in Markdown are rewritten, code is not, and no text takes long."""

import time

import pytest

from articles.importing.export import Post
from articles.importing.folder_markdown import Vault, plain_markdown
from articles.importing.markdown_html import allowed_html
from articles.importing.markdown_links import rewrite_markdown
from articles.importing.shortcodes import without_hugo, without_liquid
from articles.importing.wordpress_text import Attachments, to_html


class Marked:
    """Every address gets a mark."""

    def link(self, address: str) -> str | None:
        return None if address == "gone" else f"L/{address}"

    def picture(self, address: str) -> str | None:
        return None if "gone" in address else f"P/{address}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](b)", "[a](L/b)"),
        ('[a](<b c> "t")', '[a](<L/b c> "t")'),
        ("[a](b(c)d)", "[a](<L/b(c)d>)"),
        ("[![x](y.png)](z)", "[![x](P/y.png)](L/z)"),
        ("![x](https://e.org/gone.png)", "[x](L/https://e.org/gone.png)"),
        ("![x](gone.png)", "x"),
        ("[a]() [b]( )", "a b"),
        ("[a](gone) [b](#up)", "a [b](#up)"),
        ("`[a](b)` ``x ` [a](b)``", "`[a](b)` ``x ` [a](b)``"),
        ("```\n[a](b)\n```\n[a](b)", "```\n[a](b)\n```\n[a](L/b)"),
        ("<!-- [a](b) -->", "<!-- [a](b) -->"),
        ("![r] and [s][t]\n\n[r]: a.png\n[t]: b", "![r] and [s][t]\n\n[r]: P/a.png\n[t]: L/b"),
        ("[^1]: a note", "[^1]: a note"),
        ('<a href="b">x</a> <img src="y.png" alt="z">', '<a href="L/b">x</a> ![z](P/y.png)'),
        (r"\[a](b) \![a](b)", r"\[a](b) \![a](L/b)"),
    ],
)
def test_addresses_are_rewritten(before: str, after: str) -> None:
    assert rewrite_markdown(before, Marked()) == after


HOSTILE = ["[" * 20_000, "![a" * 20_000, "[a](" * 20_000, "<a " * 20_000, "`a" * 20_001, "<!--" * 20_000, ("[" * 50 + "]" * 50) * 300,
           "{% a " * 15_000, "{{< a " * 15_000, "{% highlight x %}" * 5_000, "{{<highlight x>}}" * 4_000, "[[a|" * 20_000, "%%a" * 20_001,
           "<pre>" * 10_000, "[[a]" * 10_000, "[code]" * 5_000, "<script>" * 10_000, "<iframe " * 10_000]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_no_text_takes_longer_than_its_length_allows(text: str) -> None:
    post, begun = Post("1", "a", "A", ""), time.process_time()
    rewrite_markdown(text, Marked())
    without_hugo(text, post, lambda _name: None)
    without_liquid(text, post, lambda _name: None)
    plain_markdown(text, post, Vault([], "Obsidian"))
    allowed_html(text, post)
    to_html(text, Attachments({}), post)
    assert time.process_time() - begun < 5  # a pattern that goes back took minutes
