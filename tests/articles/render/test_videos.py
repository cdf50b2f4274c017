"""Videos of hosts become links: a page runs nothing of theirs, and calls nobody."""

import pytest

from articles.render import Rendered, for_feed, render

YOUTUBE = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def codes(rendered: Rendered) -> list[str]:
    return [problem.code for problem in rendered.problems]


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ('<iframe width="560" src="https://www.youtube.com/embed/dQw4w9WgXcQ?si=x" title="Ports &amp; more" allowfullscreen></iframe>', YOUTUBE, "Video: Ports &amp; more (YouTube)"),
        ('<iframe src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ" title="YouTube video player"></iframe>', YOUTUBE, "Video on YouTube"),
        ("<iframe src='https://player.vimeo.com/video/76979871'></iframe>", "https://vimeo.com/76979871", "Video on Vimeo"),
        ("{{< youtube dQw4w9WgXcQ >}}", YOUTUBE, "Video on YouTube"),
        ('{{< youtube id="dQw4w9WgXcQ" title="Ports" >}}', YOUTUBE, "Video: Ports (YouTube)"),
        ("{{< vimeo 76979871 >}}", "https://vimeo.com/76979871", "Video on Vimeo"),
        ("[embed]https://youtu.be/dQw4w9WgXcQ[/embed]", YOUTUBE, "Video on YouTube"),
        ("![Ports](https://youtu.be/dQw4w9WgXcQ)", YOUTUBE, "Video: Ports (YouTube)"),
    ],
)  # fmt: skip
def test_an_embedded_video_is_a_link_with_its_title_in_page_and_feed(
    text: str, address: str, words: str
) -> None:
    rendered = render(f"Look:\n\n{text}")
    assert f'<a href="{address}" rel="noopener">{words}</a>' in rendered.html
    assert f'<a href="{address}">{words}</a>' in for_feed(rendered.html, "https://x.test/")
    assert codes(rendered) == []


def test_a_bare_address_stays_what_it_is() -> None:
    assert f'<a href="{YOUTUBE}" rel="noopener">{YOUTUBE}</a>' in render(YOUTUBE).html


@pytest.mark.parametrize(
    "source",
    ["https://evil.test/embed/dQw4w9WgXcQ", "javascript:alert(1)//youtube.com/embed/dQw4w9WgXcQ", ""],
)
def test_another_frame_is_still_a_mistake(source: str) -> None:
    rendered = render(f'<iframe src="{source}"></iframe>')
    assert codes(rendered) == ["raw-html"]
    assert "evil" not in rendered.html


def test_a_video_of_microsoft_learn_is_a_link() -> None:
    rendered = render("> [!VIDEO https://www.youtube.com/embed/abcdefghijk]")
    assert (
        '<a href="https://www.youtube.com/watch?v=abcdefghijk" rel="noopener">Video on YouTube</a>'
        in rendered.html
    )
    assert rendered.problems == ()
