"""Links between articles, to other sites, and refused ones."""

import pytest

from articles.render import Link, RenderContext, render

PATHS = {"a.md": "/articles/a/", "../ccm/b c.md": "/articles/b-c/"}
CONTEXT = RenderContext(first_line=10, resolve_link=PATHS.get)


def test_a_link_to_an_article_gets_its_address_and_keeps_its_anchor() -> None:
    rendered = render("x\n[a](a.md) and [b](<../ccm/b c.md#levels-of-care>)", CONTEXT)
    assert '<a href="/articles/a/">a</a>' in rendered.html
    assert '<a href="/articles/b-c/#levels-of-care">b</a>' in rendered.html
    assert rendered.links == (
        Link("a.md", "", 11, "/articles/a/"),
        Link("../ccm/b c.md", "levels-of-care", 11, "/articles/b-c/"),
    )
    assert rendered.problems == ()


def test_a_link_to_no_article_is_listed_without_an_address_and_keeps_its_words() -> None:
    rendered = render("[a](nobody.md#x)", CONTEXT)
    assert rendered.links == (Link("nobody.md", "x", 10, None),)
    assert rendered.html == "<p><a>a</a></p>\n"


def test_without_a_resolver_a_link_stays_as_written() -> None:
    assert 'href="a.md#x"' in render("[a](a.md#x)").html


def test_a_link_to_another_site_does_not_hand_over_the_window() -> None:
    assert '<a href="https://example.org/" rel="noopener">x</a>' in render("[x](https://example.org/)").html


@pytest.mark.parametrize("href", ["/pass/", "mailto:a@example.org", "#here", "http://example.org"])
def test_asvs_1_2_2_allowed_addresses_pass(href: str) -> None:
    rendered = render(f"## Here\n\n[x]({href})")
    assert f'href="{href}"' in rendered.html
    assert rendered.problems == ()


@pytest.mark.parametrize(
    "href",
    [
        "javascript:x",
        "JavaScript:x",
        "javascript&colon;x",
        "data:image/png;base64,x",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "ftp://x",
        "tel:1",
    ],
)
def test_asvs_1_2_2_other_schemes_are_named_and_removed(href: str) -> None:
    rendered = render(f"x\n\nmore\n[x](<{href}>)", CONTEXT)
    assert [(problem.line, problem.code) for problem in rendered.problems] == [(13, "link-scheme")]
    assert "href" not in rendered.html


@pytest.mark.parametrize("text", ["[x]()", "[](https://example.org)", "[ ](a.md)", "[x](<>)"])
def test_a_link_without_words_or_address_is_a_mistake(text: str) -> None:
    assert [(problem.line, problem.code) for problem in render(text, CONTEXT).problems] == [
        (10, "link-empty")
    ]


def test_an_image_is_enough_to_fill_a_link() -> None:
    assert render("[![x](a.png)](a.md)", CONTEXT).problems == ()


def test_a_path_that_is_no_article_is_warned_of_and_keeps_its_words() -> None:
    rendered = render("[x](terms.pdf)", CONTEXT)
    assert [(problem.code, problem.level) for problem in rendered.problems] == [("link-relative", "warning")]
    assert rendered.html == "<p><a>x</a></p>\n"


@pytest.mark.parametrize("href", ["a.md", "a", "a/", "a.html", "a.htm", "a#x", "a/#x"])
def test_a_link_is_to_what_github_hugo_and_jekyll_make_of_the_file(href: str) -> None:
    rendered = render(f"[x]({href})", CONTEXT)
    assert '<a href="/articles/a/' in rendered.html
    assert rendered.links[0].path == "a.md"
    assert rendered.links[0].anchor == ("x" if "#" in href else "")
    assert rendered.problems == ()


@pytest.mark.parametrize(("href", "file"), [("../about", "../about/index.md"), ("./b/", "./b/README.md")])
def test_a_link_to_a_folder_is_to_its_page(href: str, file: str) -> None:
    context = RenderContext(resolve_link={file: "/articles/z/"}.get)
    assert render(f"[x]({href})", context).html == '<p><a href="/articles/z/">x</a></p>\n'


def test_a_link_to_a_missing_place_in_the_same_article_is_a_mistake() -> None:
    rendered = render("## Here\n\n[x](#here)\n[y](#there)\n[z](#question-1)\n")
    assert [(problem.line, problem.code) for problem in rendered.problems] == [
        (4, "anchor-broken"),
        (5, "anchor-broken"),
    ]
    assert "#here" in rendered.problems[0].hint


def test_asvs_1_2_2_a_backslash_makes_no_other_site() -> None:
    assert 'href="/%5Cexample.org"' in render("[x](</\\example.org>)").html
    assert "href" not in render("[x](<\\\\\\\\example.org>)").html


def test_a_link_that_no_browser_can_open_is_reported_and_loses_its_address() -> None:
    rendered = render("x\n\n[a](https://https://example.org/) [b](https://example.org/)", CONTEXT)
    assert [(problem.code, problem.level, problem.line) for problem in rendered.problems] == [
        ("link-dead", "error", 12)
    ]
    assert "<a>a</a>" in rendered.html


def test_an_anchor_is_found_however_its_accents_are_written() -> None:
    composed, decomposed = "Résumé", "Re\u0301sume\u0301"
    for heading, anchor in ((composed, decomposed), (decomposed, composed)):
        assert render(f"## {heading}\n\n[x](#{anchor.lower()})").problems == ()


@pytest.mark.parametrize("host", ["münchen.example", "例え.jp", "президент.example"])
def test_a_host_in_any_script_can_be_linked(host: str) -> None:
    rendered = render(f"[a](https://{host}/) and <https://{host}/>")
    assert rendered.problems == ()
    assert rendered.html.count('href="https://xn--') == 2


def test_no_link_loses_its_address_without_a_word() -> None:
    rendered = render("[a](https://xn--a/)")
    assert [problem.code for problem in rendered.problems] == ["link-dead"]
    assert "href" not in rendered.html
