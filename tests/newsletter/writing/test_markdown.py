"""An operator's Markdown: checked like an article's, and strictly, as a mail cannot be corrected."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from carrel import clock
from carrel.services import Services
from carrel.settings import Settings
from newsletter.writing.markdown import InvalidMarkdownError, render_markdown
from tests.support.articles import put_article


@pytest.fixture
def session(services: Services) -> Iterator[Session]:
    """With an article that can be linked."""
    with services.db.write() as session:
        put_article(session, "clean-claims")
        yield session


def problems(session: Session, settings: Settings, markdown: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidMarkdownError) as refused:
        render_markdown(session, settings, markdown, clock.now())
    return [(problem.line, problem.message) for problem in refused.value.problems]


def test_links_are_absolute_and_an_article_is_linked_by_address_or_file(
    session: Session, settings: Settings
) -> None:
    for link in ("/articles/clean-claims/", "/articles/clean-claims", "../cpb/clean-claims.md"):
        html = render_markdown(session, settings, f"Read *[this]({link})*.", clock.now())
        assert f'<em><a href="{settings.base_url}/articles/clean-claims' in html
    for link in ("/exams/cpb/", "/pass/", "https://example.org/", "mailto:desk@example.org"):
        assert "href" in render_markdown(session, settings, f"Read [this]({link}).", clock.now())


def test_each_mistake_is_named_with_its_line(session: Session, settings: Settings) -> None:
    text = (
        "Fine.\n\n[gone](/articles/gone/)\n\n[file](gone.md)\n\n![A claim](claim.png)\n\n<script>x</script>\n"
    )
    lines = problems(session, settings, text)
    assert [line for line, _ in lines] == [3, 5, 7, 9]
    assert "/articles/gone/" in lines[0][1]
    assert lines[1][1] == "There is no article gone.md."
    assert lines[2][1] == "The picture claim.png cannot be emailed."


@pytest.mark.parametrize("markdown", ["[x](javascript:alert(1))", "[x]()", "{{ name }}"])
def test_what_would_only_be_a_warning_in_an_article_stops_a_mail(
    session: Session, settings: Settings, markdown: str
) -> None:
    assert problems(session, settings, markdown)


def test_a_text_that_gmail_would_cut_off_is_too_long(session: Session, settings: Settings) -> None:
    [(line, message)] = problems(session, settings, "A word or two. " * 3_000)
    assert line == 1
    assert "an email can have 40,000" in message


def test_a_draft_article_cannot_be_linked(session: Session, settings: Settings) -> None:
    put_article(session, "later", published=None, draft=True)
    assert problems(session, settings, "[later](/articles/later/)")
