"""The plain form for feeds and mails."""

from articles.render import RenderContext, WebImage, for_feed, render

URL = "https://carrel.test/articles/a/"
QUESTION = "::: question\nWhich?\n\n- [ ] One\n\n  Because.\n\n- [x] **Two**\n\n  Right. So.\n:::\n"


def feed(text: str, context: RenderContext | None = None) -> str:
    return for_feed(render(text, context or RenderContext()).html, URL)


def test_con_06_every_address_is_absolute() -> None:
    context = RenderContext(
        resolve_link=lambda path: "/articles/b/",
        resolve_image=lambda src: WebImage("/m/a-960.webp", 960, 540, "/m/a-480.webp 480w"),
    )
    html = feed("[b](b.md#c) [pass](/pass/) [out](https://example.org/x) ![alt](a.png)", context)
    assert html == (
        '<p><a href="https://carrel.test/articles/b/#c">b</a> <a href="https://carrel.test/pass/">pass</a> '
        '<a href="https://example.org/x">out</a> '
        '<img src="https://carrel.test/m/a-960.webp" alt="alt" width="960" height="540"></p>'
    )


def test_con_06_a_question_becomes_options_and_then_answers() -> None:
    assert feed(QUESTION) == (
        "<div><p><strong>Question 1</strong></p>\n<p>Which?</p>\n</div>\n"
        "<div><p><strong>A.</strong> One</p>\n<p><strong>B.</strong> <strong>Two</strong></p>\n</div>"
        "<p><strong>Answers</strong></p>"
        "<div><p><strong>A: incorrect.</strong></p><p>Because.</p>\n"
        "<p><strong>B: correct.</strong></p><p>Right. So.</p>\n</div>"
    )


def test_con_06_headings_notes_and_boxes_lose_what_only_works_on_the_page() -> None:
    assert feed("## A\n\n- [x] b[^1]\n\n[^1]: c") == (
        "<h2>A</h2>\n<ul>\n<li>☑ b<sup>[1]</sup></li>\n</ul>\n\n<p><strong>Notes</strong></p><ol>\n<li>\n<p>c </p>\n</li>\n</ol>"
    )


def test_con_06_code_tables_and_notes_stay_readable() -> None:
    html = feed("```python\nx = '<b>'\n```\n\n> [!TIP]\n> y\n\n| a |\n|---|\n| b |\n")
    assert html.startswith(
        "<pre><code>x = '&lt;b&gt;'\n</code></pre>\n<div>\n<p><strong>Tip</strong></p>\n<p>y</p>\n</div>"
    )
    assert "<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>" in html


def test_words_that_look_like_html_stay_words() -> None:
    assert feed("`<script>` &amp;lt; \u00a0ü") == "<p><code>&lt;script&gt;</code> &amp;lt; &nbsp;ü</p>"
