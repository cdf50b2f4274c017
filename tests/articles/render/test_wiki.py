"""Obsidian's links, embeds and comments."""

from collections.abc import Sequence

import pytest

from articles.render import RenderContext, Rendered, WebImage, render

NOTES: dict[str, Sequence[str]] = {"NAT gateway": ["nat-gateway.md"], "Many": ["a/many.md", "b/many.md"]}
CONTEXT = RenderContext(
    first_line=5,
    resolve_link=lambda path: f"/articles/{path.removesuffix('.md')}/",
    resolve_image=lambda src: WebImage(f"/m/{len(src)}.webp", 800, 600, f"/m/{len(src)}.webp 800w"),
    resolve_note=lambda name: NOTES.get(name, []),
)


def codes(rendered: Rendered) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.code, problem.level) for problem in rendered.problems]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[[NAT gateway]]", '<a href="/articles/nat-gateway/">NAT gateway</a>'),
        ("[[NAT gateway|the *gateway*]]", "[[NAT gateway|the <em>gateway</em>]]"),
        ("[[NAT gateway|the gateway]]", '<a href="/articles/nat-gateway/">the gateway</a>'),
        (
            "[[NAT gateway#Why it costs]]",
            '<a href="/articles/nat-gateway/#why-it-costs">NAT gateway › Why it costs</a>',
        ),
        ("[[NAT gateway#Why|x]]", '<a href="/articles/nat-gateway/#why">x</a>'),
        ("[[NAT gateway#^a1b2]]", '<a href="/articles/nat-gateway/">NAT gateway › a1b2</a>'),
    ],
)
def test_a_wiki_link_leads_to_the_article(text: str, html: str) -> None:
    assert render(f"See {text}.", CONTEXT).html == f"<p>See {html}.</p>\n"


def test_it_is_among_the_links_of_the_article_so_that_its_anchor_is_checked() -> None:
    (link,) = render("a\n\nb\n[[NAT gateway#Why]]", CONTEXT).links
    assert (link.path, link.anchor, link.line, link.url) == (
        "nat-gateway.md",
        "why",
        8,
        "/articles/nat-gateway/",
    )


def test_it_works_in_a_table() -> None:
    assert (
        '<td><a href="/articles/nat-gateway/">x</a></td>'
        in render("| a |\n|---|\n| [[NAT gateway\\|x]] |", CONTEXT).html
    )


def test_one_that_may_be_two_articles_is_a_mistake() -> None:
    rendered = render("a\n\n[[Many]]", CONTEXT)
    assert codes(rendered) == [(7, "wiki-ambiguous", "error")]
    assert "a/many.md or b/many.md" in rendered.problems[0].message
    assert rendered.text == "a\nMany"


def test_one_that_leads_nowhere_keeps_its_words_and_is_a_warning() -> None:
    rendered = render("a [[Nothing|b]] c", CONTEXT)
    assert rendered.html == "<p>a b c</p>\n"
    assert codes(rendered) == [(5, "wiki-link", "warning")]


def test_a_heading_of_this_article_is_found() -> None:
    rendered = render("## Why it costs\n\n[[#Why it costs]] [[#Nothing]]", CONTEXT)
    assert '<a href="#why-it-costs">Why it costs</a>' in rendered.html
    assert codes(rendered) == [(7, "anchor-broken", "warning")]


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("![[a b.png|A switch]]", 'alt="A switch" width="800" height="600"'),
        ("![[a b.png|A switch|400]]", 'alt="A switch" width="400" height="300"'),
        ("![[a b.png|400x100]]", 'alt="" width="400" height="300"'),
        ("![[a b.png|2000]]", 'alt="" width="800" height="600"'),
    ],
)
def test_an_embedded_picture_is_a_picture_as_wide_as_wanted(text: str, attributes: str) -> None:
    rendered = render(text, CONTEXT)
    assert f'<figure><img src="/m/7.webp" {attributes}' in rendered.html
    assert rendered.images[0].path == "a b.png"


def test_an_embedded_note_is_a_link_and_a_warning() -> None:
    rendered = render("![[NAT gateway]]", CONTEXT)
    assert rendered.html == '<p><a href="/articles/nat-gateway/">NAT gateway</a></p>\n'
    assert codes(rendered) == [(5, "embedded-note", "warning")]


@pytest.mark.parametrize(
    "text", ["`[[a]]`", "```\n[[a]]\n```", "[[1]](https://x.test/)", "[x [[a]] y](https://x.test/)"]
)
def test_brackets_that_are_code_or_a_link_are_none(text: str) -> None:
    assert all(code not in ("wiki-link", "wiki-ambiguous") for _, code, _ in codes(render(text, CONTEXT)))


def test_comments_are_the_authors_own() -> None:
    rendered = render("a %%not for readers%% b 5%% and 6%%\n\n%%\n\n- nor this\n\n%%\n\nc", CONTEXT)
    assert rendered.text == "a b 5%% and 6%%\nc"
    assert codes(rendered) == [(5, "comment", "warning")]


@pytest.mark.parametrize(
    "text", ["Words. ^a1b2c3", "Words.\n^a1b2c3", "Words.\n\n^my-block", "- Words. ^li-1", "> Words. ^q-1", "Words. *^x1*\n\n^b2"]
)  # fmt: skip
def test_the_id_of_a_block_is_left_out_with_a_word(text: str) -> None:
    rendered = render(text)
    assert rendered.text in ("Words.", "Words. ^x1")
    assert [(problem.code, problem.level) for problem in rendered.problems] == [("block-id", "warning")]


@pytest.mark.parametrize("text", ["10 ^23", "a ^b", "x^2", "`a ^b1c2`", "a ^b1 c", "2 ^-1", "^"])
def test_what_is_no_id_of_a_block_stays(text: str) -> None:
    rendered = render(text)
    assert rendered.text == text.strip("`")
    assert rendered.problems == ()


def test_a_link_to_a_block_of_its_own_article_is_words() -> None:
    rendered = render("See [[#^a1b2c3|there]]. ^a1b2c3")
    assert rendered.html == "<p>See there.</p>\n"
