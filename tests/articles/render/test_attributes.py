"""Attributes in braces."""

import pytest

from articles.render import RenderContext, Rendered, WebImage, render


def codes(rendered: Rendered) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in rendered.problems]


@pytest.mark.parametrize("braces", ["{#ports}", "{: #ports}", "{#ports .wide}", "{.wide #ports data-x=1}"])
def test_a_heading_has_the_id_that_its_author_gave(braces: str) -> None:
    rendered = render(f"## Ports to **know** {braces}\n\nSee [ports](#ports).")
    assert (rendered.headings[0].id, rendered.headings[0].text) == ("ports", "Ports to know")
    assert '<h2 id="ports">Ports to <strong>know</strong><a' in rendered.html
    assert rendered.problems == ()
    assert "ports" in rendered.anchors


def test_an_id_of_the_page_is_nobodys() -> None:
    assert render("## A {#page-main}").headings[0].id == "section-page-main"


def test_an_id_that_is_there_twice_is_a_warning() -> None:
    rendered = render("## A {#x}\n\n## B {#x}", RenderContext(first_line=3))
    assert [heading.id for heading in rendered.headings] == ["x", "x-1"]
    assert codes(rendered) == [(5, "id-twice")]


@pytest.mark.parametrize(
    "braces", ["{width=400}", '{width="400"}', "{: width=400px}", "{.left width=400 height=3}"]
)
def test_a_picture_is_as_wide_as_wanted(braces: str) -> None:
    context = RenderContext(resolve_image=lambda src: WebImage("/m/a.webp", 800, 600, "/m/a.webp 800w"))
    rendered = render(f"![A](a.png){braces}", context)
    assert rendered.html.startswith(
        '<figure><img src="/m/a.webp" alt="A" width="400" height="300" srcset="/m/a.webp 800w" sizes="400px"'
    )
    assert rendered.problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "{: .lead}\nWords here.", "Words here.\n{: .lead}", "Words here.\n\n{: .lead}", "Words *here*{.lead}.",
        '[Words](https://x.test/){:target="_blank"} here.', "Words here.{x}\n{:toc}",
    ],
)  # fmt: skip
def test_looks_are_left_out_with_one_warning(text: str) -> None:
    rendered = render(text)
    assert rendered.text.replace("{x}", "") == "Words here."
    assert [code for _, code in codes(rendered)] == ["attributes"]


@pytest.mark.parametrize(
    "text", ["A set {a, b}", "f{x}", "a [b](#c){d}", "`{#a}`", "{#}", "{= a}", "{{a=b}}", "a {b=c} d"]
)
def test_other_braces_are_text(text: str) -> None:
    assert "attributes" not in [code for _, code in codes(render(text))]
    assert "{" in render(text).text


def test_attributes_alone_before_an_element_that_is_left_out_end_nothing() -> None:
    rendered = render("[^a]:\n[^a]:\n{#p}<form>{")
    assert "raw-html" in [code for _, code in codes(rendered)]


def test_attributes_below_a_table_are_no_row_of_it() -> None:
    rendered = render("| a | b |\n|---|---|\n| 1 | 2 |\n{: .wide}\n\nText.")
    assert rendered.html.count("<tr>") == 2
    assert codes(rendered) == [(4, "attributes")]
    assert render("| a | b |\n|---|---|\n| {x} | 2 |").html.count("<tr>") == 2


def test_a_heading_that_is_closed_before_its_attributes_shows_no_signs() -> None:
    heading = render("## Ports ## {#ports}").headings[0]
    assert (heading.id, heading.text) == ("ports", "Ports")
    assert render("## C# {#c}").headings[0].text == "C#"
