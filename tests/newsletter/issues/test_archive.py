"""Past issues on the site."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, event, update

from articles.models import Article
from carrel import clock
from carrel.services import Services
from newsletter.issues import archive
from newsletter.issues.models import Issue, IssueArticle
from newsletter.writing.models import IssueText
from tests.support.articles import put_article
from tests.support.digests import add_subscribers, make_ready, put_issue, start_schedule

pytestmark = pytest.mark.both_databases


def with_issue(services: Services) -> None:
    with services.db.write() as session:
        add_subscribers(session, 2)
    start_schedule(services)
    with services.db.write() as session:
        for number in range(6):
            put_article(session, f"new-{number}")
    make_ready(services)


def test_an_issue_has_a_public_page_without_anything_personal(
    services: Services, client: FlaskClient
) -> None:
    with_issue(services)

    page = client.get("/newsletter/archive/1/")

    assert page.status_code == 200
    assert page.text.count('class="entry-title"') == 6
    assert "unsubscribe" not in page.text
    assert "example.org" not in page.text


def test_the_archive_lists_issues(services: Services, client: FlaskClient) -> None:
    with_issue(services)

    page = client.get("/newsletter/archive/")

    assert "New 0 – and 5 more" in page.text
    assert page.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"


def test_an_issue_that_was_not_sent_has_no_page(services: Services, client: FlaskClient) -> None:
    assert client.get("/newsletter/archive/1/").status_code == 404
    assert "No issues yet" in client.get("/newsletter/archive/").text


def test_an_issue_of_a_single_article_is_in_the_archive_too(services: Services, client: FlaskClient) -> None:
    put_issue(services, 1)
    assert '<a href="/newsletter/archive/1/">New</a>' in client.get("/newsletter/archive/").text
    assert "<h1>New article, " in client.get("/newsletter/archive/1/").text


def put_past_issues(services: Services, count: int) -> None:
    """Issues of two articles each, each with an introduction."""
    with services.db.write() as session:
        now = clock.now()
        articles = [put_article(session, f"of-{number}").id for number in range(2)]
        for number in range(count):
            sent_at = now - timedelta(days=count - number)
            issue = Issue(frequency="weekly", period=f"week {number}", state="finished", due_at=sent_at,
                          created_at=sent_at, frozen_at=sent_at, started_at=sent_at, finished_at=sent_at)  # fmt: skip
            session.add(issue)
            session.flush()
            session.add_all(IssueArticle(issue_id=issue.id, article_id=each) for each in articles)
            html = "<p>Good <strong>morning</strong>.</p>"
            session.add(IssueText(issue_id=issue.id, subject=f"Week {number}", html=html, edited_by="olga",
                                  edited_at=sent_at))  # fmt: skip


def test_a_long_archive_has_pages_and_none_of_them_asks_more_than_a_short_one(
    services: Services, client: FlaskClient
) -> None:
    def queries() -> int:
        with services.db.read() as session:
            statements: list[str] = []
            watch = (session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
            event.listen(*watch)
            assert archive.page(session, 1, clock.now())
            event.remove(*watch)
            return len(statements)

    put_past_issues(services, 2)
    few = queries()
    with services.db.write() as session:
        for table in (IssueText, IssueArticle, Issue):
            session.execute(delete(table))
        session.execute(update(Article).values(slug=Article.slug + "-before", draft=True))
    put_past_issues(services, 51)
    assert queries() == few <= 7

    first, second = client.get("/newsletter/archive/").text, client.get("/newsletter/archive/?page=2").text
    assert first.index("Week 50") < first.index("Week 1<")
    assert "Week 0<" not in first
    assert "Week 0<" in second
    assert client.get("/newsletter/archive/?page=3").status_code == 404


def test_an_introduction_stays_readable_when_its_articles_are_gone(
    services: Services, client: FlaskClient
) -> None:
    put_past_issues(services, 1)
    assert "Good <strong>morning</strong>." in client.get("/newsletter/archive/1/").text
    with services.db.write() as session:
        session.execute(update(Article).values(draft=True))
    with services.db.read() as session:
        past = archive.find(session, 1, clock.now())
    assert past is not None
    assert (past.title, list(past.articles)) == ("Week 0", [])
