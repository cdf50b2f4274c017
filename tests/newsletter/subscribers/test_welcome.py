"""The greeting, and what it recommends."""

from datetime import timedelta

import pytest

from articles.models import BodyLink
from carrel import clock
from carrel.db import Database
from carrel.services import Services
from newsletter.subscribers import welcome
from tests.support.articles import put_article, put_exam, put_topic
from tests.support.browser import Browser
from tests.support.subscribing import QueuedMails, ask, link_in, links_in

pytestmark = pytest.mark.both_databases


def test_the_welcome_mail_says_what_comes_how_often_and_how_to_leave(
    anna: Browser, services: Services, post: QueuedMails
) -> None:
    with services.db.write() as session:
        put_article(session, "first", title="First <things>", position=1)
    ask(anna, exam="cpb", topic="medicare", pace="daily")
    anna.send(anna.get(link_in(post.newest(), "confirm")))
    mail = post.newest()
    assert mail.subject == "Welcome to the newsletter of Carrel"
    for text in (mail.text, mail.html):
        assert "CPB and Medicare" in text
        assert "at most once a day" in text
        assert "https://carrel.test/articles/first/" in text
    assert "First <things>" in mail.text
    assert "First &lt;things&gt;" in mail.html
    assert {path.split("/")[2] for path in links_in(mail)} == {"preferences", "unsubscribe"}


def test_mail_25_no_mail_tracks_who_opens_it(anna: Browser, post: QueuedMails) -> None:
    ask(anna)
    anna.send(anna.get(link_in(post.newest(), "confirm")))
    for mail in post.all():
        assert "<img" not in mail.html
        assert "url(" not in mail.html
        addresses = [part.partition('"')[0] for part in mail.html.split('href="')[1:]]
        assert all(address.startswith(("https://carrel.test/", "mailto:")) for address in addresses)
        assert not any("/r/" in address or "?" in address for address in addresses)


@pytest.mark.usefixtures("noon")
def test_the_authors_order_comes_first_and_then_what_others_point_at(db: Database) -> None:
    with db.write() as session:
        exam = put_exam(session, "cpb")
        plain = put_article(session, "a-plain")
        liked = put_article(session, "b-liked")
        put_article(session, "c-second", position=2)
        put_article(session, "d-first", position=1)
        put_article(session, "e-draft", position=0, draft=True)
        put_article(session, "f-later", position=0, published=clock.now() + timedelta(days=1))
        put_article(session, "g-other", exam="ccm", position=0)
        for line in (1, 2):
            session.add(BodyLink(body_id=plain.body_id, path="b.md", anchor="", url=liked.url, line=line))
        articles = welcome.best(session, [exam.id], [], count=9)
    assert [article.slug for article in articles] == ["d-first", "c-second", "b-liked", "a-plain"]


@pytest.mark.usefixtures("noon")
def test_who_chose_a_topic_is_shown_its_articles(db: Database) -> None:
    with db.write() as session:
        put_article(session, "a", topics=("medicare",))
        put_article(session, "b")
        articles = welcome.best(session, [], [put_topic(session, "medicare").id])
    assert [article.slug for article in articles] == ["a"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["CPB"], "CPB"),
        (["CPB", "CCM"], "CPB and CCM"),
        (["CPB", "CCM", "Denials"], "CPB, CCM and Denials"),
        (list("abcdefgh"), "a, b, c, d and 4 more"),
    ],
)
def test_what_was_chosen_in_words(names: list[str], words: str) -> None:
    assert welcome.in_words(names) == words
