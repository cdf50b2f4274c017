"""Images in the text."""

import pytest

from articles.render import Image, RenderContext, WebImage, render

PICTURE = WebImage("/m/a-960.webp", 960, 540, "/m/a-480.webp 480w, /m/a-960.webp 960w")
CONTEXT = RenderContext(first_line=5, resolve_image={"a b.png": PICTURE}.get)


def test_an_image_alone_with_a_title_is_a_figure_with_a_caption() -> None:
    rendered = render('![A loop](<a b.png> "Nine phases")', CONTEXT)
    assert rendered.html == (
        '<figure><img src="/m/a-960.webp" alt="A loop" width="960" height="540" '
        'srcset="/m/a-480.webp 480w, /m/a-960.webp 960w" sizes="(min-width: 48rem) 44rem, 100vw" '
        'loading="eager" decoding="async"><figcaption>Nine phases</figcaption></figure>\n'
    )
    assert rendered.images == (Image("a b.png", "A loop", "Nine phases", 5, PICTURE),)
    assert rendered.blocks[0].kind == "figure"
    assert rendered.text == "Nine phases"


def test_only_the_first_image_loads_at_once() -> None:
    html = render("![a](a.png)\n\n![b](b.png)\n\nx ![c](c.png)").html
    assert [html.count('loading="eager"'), html.count('loading="lazy"')] == [1, 2]


def test_an_image_among_words_stays_among_them() -> None:
    html = render('x ![a](a.png "t") y').html
    assert html.startswith("<p>x <img")
    assert "figure" not in html


@pytest.mark.parametrize("text", ["![](a.png)", "x ![ ](a.png)"])
def test_an_image_without_alt_text_is_a_mistake(text: str) -> None:
    assert [(problem.line, problem.code) for problem in render(f"x\n\n{text}").problems] == [
        (3, "alt-missing")
    ]


def test_an_image_that_is_not_there_leaves_its_alt_text_and_is_listed() -> None:
    rendered = render("![A <loop>](b.png)", CONTEXT)
    assert rendered.html == "<p>A &lt;loop&gt;</p>\n"
    assert rendered.images == (Image("b.png", "A <loop>", "", 5, None),)


@pytest.mark.parametrize("src", ["data:image/png;base64,A", "/a.png", "app://obsidian.md/a.png"])
def test_an_image_from_elsewhere_is_a_mistake_and_no_request(src: str) -> None:
    rendered = render(f"![x](<{src}>)")
    expected = "image-remote" if src.startswith("https:") else "image-outside"
    assert [problem.code for problem in rendered.problems] == [expected]
    assert "<img" not in rendered.html


@pytest.mark.parametrize("src", ["https://example.org/a%20b.png", "//example.org/a%20b.png"])
def test_a_picture_of_another_site_becomes_a_link_and_no_request(src: str) -> None:
    rendered = render(f"A.\n\n![A chart](<{src}>)")
    (problem,) = rendered.problems
    assert (problem.line, problem.code, problem.level) == (3, "image-remote", "warning")
    assert "check --fetch" in problem.hint
    assert rendered.blocks[1].html == (
        '<p><a href="https://example.org/a%20b.png" rel="noopener">A chart</a></p>\n'
    )


def test_a_picture_of_another_site_without_words_names_the_site() -> None:
    assert ">Picture on example.org</a>" in render("![](https://example.org/a.png)").html


def test_a_picture_of_another_site_within_a_link_leaves_its_words_to_that_link() -> None:
    html = render("[![A chart](https://example.org/a.png)](https://example.com)").html
    assert html == '<p><a href="https://example.com" rel="noopener">A chart</a></p>\n'


def test_an_image_without_an_address_leaves_its_words() -> None:
    rendered = render("![A chart]()")
    assert [(problem.code, problem.level) for problem in rendered.problems] == [("image-empty", "warning")]
    assert rendered.html == "<p>A chart</p>\n"
