"""HTML of other programs becomes Markdown that a reader sees the same of."""

import pytest

from articles.importing.html_to_text import to_markdown
from articles.render import render


class Everywhere:
    """Every address stays; a picture is where its name says."""

    def link(self, address: str) -> str | None:
        return None if address == "gone" else address

    def picture(self, address: str) -> str | None:
        return None if "gone" in address else f"images/{address.rpartition('/')[2]}"


def converted(html: str, notes: list[str] | None = None, footnotes: dict[str, str] | None = None) -> str:
    return to_markdown(html, Everywhere(), (notes if notes is not None else []).append, footnotes)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>H<sub>2</sub>O, x<sup>2</sup></p>", "H<sub>2</sub>O, x<sup>2</sup>"),
        ("<p>$5 *not* _this_ snake_case 1.000</p>", r"$5 \*not\* \_this\_ snake_case 1.000"),
        ("<p>1994. A year</p>", r"1994\. A year"),
        ("<p># no heading</p>", r"\# no heading"),
        ("<p>- no list</p>", r"\- no list"),
        ("<h1>One</h1><h2>Two</h2>", "## One\n\n### Two"),
        ("<p><strike>old</strike> <acronym>HMO</acronym></p>", "~~old~~ <abbr>HMO</abbr>"),
        (
            "<table><tr><th>a|b</th><th>c</th></tr><tr><td>1<br>2</td><td><code>x|y</code></td></tr></table>",
            "| a\\|b | c |\n| --- | --- |\n| 1<br>2 | `x\\|y` |",
        ),
        ('<pre class="brush: python">x = 1<br>y = "*"</pre>', '```python\nx = 1\ny = "*"\n```'),
        ("<pre><code class='language-sql'>SELECT\n</code></pre>", "```sql\nSELECT\n```"),
        (
            "<details><summary>More</summary><p>Hidden <b>text</b></p></details>",
            "<details>\n<summary>More</summary>\n\nHidden **text**\n\n</details>",
        ),
        (
            '<figure><a href="/big.png"><img src="/p/a.png" alt="A chart"></a><figcaption>Of 2026</figcaption></figure>',
            '![A chart](images/a.png "Of 2026")',
        ),
        ('<p>See <a href="gone">this</a> and <a href="x.md"></a>.</p>', "See this and ."),
        ('<p><img src="https://e.org/gone.png" alt="A map"></p>', "[A map](https://e.org/gone.png)"),
    ],
)  # fmt: skip
def test_what_readers_saw_is_what_they_see(html: str, markdown: str) -> None:
    assert converted(html).strip() == markdown


def test_a_list_of_definitions_stays_html() -> None:
    html = "<dl><dt>CMP</dt><dd>Case management</dd></dl>"
    assert converted(html).replace("\n", "") == html


def test_a_table_with_joined_cells_stays_html() -> None:
    html = (
        '<table class="x"><tr><td colspan="2" style="a">Both</td></tr><tr><td>1</td><td>2</td></tr></table>'
    )
    assert '<td colspan="2">Both</td>' in converted(html)
    assert "style" not in converted(html)


def test_footnotes_are_footnotes() -> None:
    html = (
        '<p>A claim<sup id="fnref1"><a href="#fn1">1</a></sup> is clean.</p>'
        '<ol><li id="fn1"><p>Says who? <a href="#fnref1">↩</a></p></li></ol>'
    )
    assert converted(html) == "A claim[^1] is clean.\n\n[^1]: Says who?\n"


def test_footnotes_that_wordpress_keeps_apart_come_along() -> None:
    html = '<p>A<sup data-fn="k" class="fn"><a id="k-link" href="#k">1</a></sup></p>'
    assert converted(html, footnotes={"k": "Of <em>2026</em>"}) == "A[^1]\n\n[^1]: Of *2026*\n"


def test_a_link_within_the_text_finds_its_place() -> None:
    body = converted('<h2 id="rule">The rule</h2><p><a href="#rule">Up</a></p>')
    assert [problem.code for problem in render(body).problems] == []
    assert '<a id="rule"></a>' in body


def test_cards_of_ghost_say_what_they_said() -> None:
    notes: list[str] = []
    body = converted(
        '<div class="kg-card kg-callout-card"><div class="kg-callout-emoji">💡</div>'
        '<div class="kg-callout-text">Mind the <b>gap</b></div></div>'
        '<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="https://e.org/">'
        '<div class="kg-bookmark-title">A title</div><div class="kg-bookmark-description">About it</div></a></figure>'
        '<div class="kg-card kg-toggle-card"><h4 class="kg-toggle-heading-text">Why?</h4>'
        '<div class="kg-toggle-content"><p>Because.</p></div></div>'
        '<div class="kg-card kg-button-card"><a href="https://e.org/b" class="kg-btn">Go</a></div>'
        '<div class="kg-card kg-signup-card"><form><input></form></div><!--members-only--><p>Paid</p>',
        notes,
    )
    assert "> [!NOTE]\n" in body
    assert "> Mind the **gap**" in body
    assert "[A title](https://e.org/): About it" in body
    assert "<summary>Why?</summary>\n\nBecause." in body
    assert "[Go](https://e.org/b)" in body
    assert notes == [
        "It had a sign-up card, which was left out.",
        "The line that marked the members-only part was left out.",
    ]


def test_an_embedded_video_is_a_link_with_its_title() -> None:
    notes: list[str] = []
    body = converted(
        '<figure><iframe src="//www.youtube.com/embed/abc?start=9" title="Claims"></iframe></figure>', notes
    )
    assert body == "[Claims](https://www.youtube.com/watch?v=abc&t=9)\n"
    assert notes == [
        "It had an embedded page, https://www.youtube.com/watch?v=abc&t=9: the article links to it."
    ]


def test_programs_and_forms_go_and_are_named() -> None:
    notes: list[str] = []
    body = converted(
        "<p>Text</p><script>alert(1)</script><form><input name=q></form><style>p{}</style>", notes
    )
    assert body == "Text\n"
    assert notes == [
        "It had a script, which articles cannot have.",
        "It had a form, which articles cannot have.",
    ]


def test_bytes_that_no_text_may_have_are_gone() -> None:
    assert converted("<p>a\x08b\u202ec</p>") == "abc\n"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>::: question</p>", "\\::: question\n"), ("<p>100 %% of %% it</p>", "100 %\\% of %\\% it\n"),
        ("<blockquote>A</blockquote><blockquote>B</blockquote>", "> A\n\n<!-- -->\n\n> B\n"),
        ("<ul><li>a</li></ul>\n<ul><li>b</li></ul>", "- a\n\n<!-- -->\n\n- b\n"),
    ],
)  # fmt: skip
def test_words_do_not_become_markup_of_ours(html: str, markdown: str) -> None:
    assert converted(html) == markdown
