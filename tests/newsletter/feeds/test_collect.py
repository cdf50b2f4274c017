"""What gets into a feed, and what does not."""

from datetime import UTC, date, datetime, timedelta

import html5lib
import pytest
import time_machine
from sqlalchemy.orm import Session

from articles.models import Article
from carrel import clock
from carrel.ads.models import HouseAd
from carrel.db import Database
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.feeds import scopes
from newsletter.feeds.collect import NEWEST, collect, last_change
from newsletter.feeds.feed import Feed, FeedImage
from newsletter.feeds.feed_ads import FeedAds
from newsletter.feeds.scopes import FeedNotFoundError
from tests.support.articles import put_article, put_exam

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SIGNER = Signer(["a-key-for-tests-only-of-32-bytes-or-more"])


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


def of_site(session: Session, settings: Settings, *, ads: bool = False) -> Feed:
    feed_ads = FeedAds(session, settings, SIGNER, clock.now()) if ads else None
    scope = scopes.of_site(settings)
    return collect(session, settings, scope, clock.now(), self_url=None, ads=feed_ads)


def titles(feed: Feed) -> list[str]:
    return [entry.title for entry in feed.items]


def test_con_06_what_is_hidden_leaks_into_no_feed(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "seen", title="Seen")
        put_article(session, "draft", title="Hidden", draft=True)
        put_article(session, "later", title="Hidden", published=NOON + DAY, first_visible_at=NOON + DAY)
        put_article(session, "over", title="Hidden", expires=NOON, first_visible_at=NOON - DAY)
    with db.read() as session:
        assert titles(of_site(session, settings)) == ["Seen"]


def test_what_is_scheduled_appears_when_its_time_has_come(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "later", title="Later", published=NOON + DAY, first_visible_at=NOON + DAY)
    with db.read() as session, time_machine.travel(NOON + DAY, tick=False):
        assert titles(of_site(session, settings)) == ["Later"]


def test_the_newest_come_first_by_when_they_could_first_be_seen(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", title="Old", first_visible_at=NOON - 3 * DAY)
        put_article(session, "b", title="New, with an old date", published=NOON - 900 * DAY)
        for number in range(NEWEST):
            put_article(session, f"c-{number}", title="Between", first_visible_at=NOON - DAY)
    with db.read() as session:
        newest = titles(of_site(session, settings))
    assert (newest[0], len(newest), "Old" in newest) == ("New, with an old date", NEWEST, False)


def test_an_entry_says_what_the_article_says_with_absolute_addresses(
    db: Database, settings: Settings
) -> None:
    text = 'See <a href="/articles/b/">b</a>.<img src="/media/x-480.webp" alt="A form">'
    with db.write() as session:
        put_article(session, "a", title="A", text=text, topics=("medicare",), published=NOON - DAY)
    with db.read() as session:
        (entry,) = of_site(session, settings).items
    assert entry.url == "https://carrel.test/articles/a/"
    assert 'href="https://carrel.test/articles/b/"' in entry.html
    assert 'src="https://carrel.test/media/x-480.webp"' in entry.html
    assert entry.image is not None
    assert entry.image.url == "https://carrel.test/media/x-480.webp"
    assert entry.categories == ("CPB", "Medicare")
    assert (entry.author, entry.published) == ("the editors", NOON - DAY)


@pytest.mark.parametrize(("shown", "images"), [(False, 1), (True, 0)])
def test_the_authors_picture_is_the_entrys_and_stands_above_its_text(
    db: Database, settings: Settings, shown: bool, images: int
) -> None:
    picture = {"url": "/media/x-960.webp", "width": 960, "height": 540, "srcset": "", "alt": 'A "form"'}
    with db.write() as session:
        put_article(session, "a", published=NOON - DAY).image = {**picture, "shown": shown}
    with db.read() as session:
        (entry,) = of_site(session, settings).items
    assert entry.image == FeedImage("https://carrel.test/media/x-960.webp", 960, 540)
    assert entry.html.count('src="https://carrel.test/media/x-960.webp"') == images
    assert entry.html.count("A &quot;form&quot;") == images


def test_an_id_survives_a_rename_of_the_file(db: Database, settings: Settings) -> None:
    with db.write() as session:
        article_id = put_article(session, "old-name").id
    with db.read() as session:
        (before,) = of_site(session, settings).items
    with db.write() as session:
        session.get_one(Article, article_id).slug = "new-name"
    with db.read() as session:
        (after,) = of_site(session, settings).items
    assert before.id == after.id == f"tag:carrel.test,2026:article/{article_id}"
    assert before.url != after.url


def test_a_feed_of_an_exam_and_one_of_a_topic_hold_theirs_alone(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", title="Billing", topics=("medicare",))
        put_article(session, "b", title="Cases", exam="ccm", topics=("medicare",))
        put_article(session, "c", title="Other", exam="ccm")
    with db.read() as session:
        for scope, expected in (
            (scopes.of_exam(session, settings, "cpb", NOON), {"Billing"}),
            (scopes.of_topic(session, settings, "medicare", NOON), {"Billing", "Cases"}),
        ):
            feed = collect(session, settings, scope, NOON, self_url=None, ads=None)
            assert set(titles(feed)) == expected


@pytest.mark.parametrize("find", [scopes.of_exam, scopes.of_topic])
def test_there_is_no_feed_of_what_does_not_exist(db: Database, settings: Settings, find: object) -> None:
    with db.read() as session, pytest.raises(FeedNotFoundError, match="unknown"):
        find(session, settings, "unknown", NOON)  # type: ignore[operator]


def change_of(session: Session, settings: Settings) -> datetime:
    return last_change(session, scopes.of_site(settings), clock.now())


def test_last_modified_tells_when_an_article_came_changed_or_went(db: Database, settings: Settings) -> None:
    with db.write() as session:
        article = put_article(session, "a", first_visible_at=NOON - 9 * DAY)
        assert change_of(session, settings) == NOON - 9 * DAY
        article.modified_at = NOON - 5 * DAY
        session.flush()
        assert change_of(session, settings) == NOON - 5 * DAY
        article.expires = NOON - DAY
        session.flush()
        assert change_of(session, settings) == NOON - DAY
        article.expires, article.removed_at, article.body_id = NOON + DAY, NOON, None
        session.flush()
        assert change_of(session, settings) == NOON


def test_what_was_never_seen_moves_last_modified_nowhere(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", first_visible_at=NOON - 9 * DAY)
        put_article(session, "b", published=NOON + DAY, first_visible_at=NOON + DAY, modified_at=NOON)
    with db.read() as session:
        assert change_of(session, settings) == NOON - 9 * DAY


def put_ad(session: Session, **columns: object) -> None:
    values = {
        "name": "books",
        "title": "Good <books>",
        "text": "Cheap",
        "url": "https://shop.example/?a=1&b=2",
    }
    session.add(HouseAd(**(values | {"created_at": NOON - DAY} | columns)))


def test_the_labeled_slot_stands_at_the_foot_of_each_article(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a")
        put_ad(session)
    with db.read() as session:
        (entry,) = of_site(session, settings, ads=True).items
        (without,) = of_site(session, settings).items
    assert entry.html.startswith(without.html)
    slot = entry.html.removeprefix(without.html)
    assert "<small>Advertisement</small>" in slot
    link = '<a href="https://shop.example/?a=1&amp;b=2" rel="sponsored nofollow">Good &lt;books&gt;</a>'
    assert link in slot
    assert "Advertisement" not in without.html


def test_an_article_that_shall_have_no_ads_has_none_in_feeds_either(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", ads=False)
        put_ad(session)
    with db.read() as session:
        assert of_site(session, settings, ads=True).items == of_site(session, settings).items


def test_slots_change_with_the_day_and_not_with_the_minute(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", first_visible_at=NOON - 9 * DAY)
        for number in range(8):
            put_ad(session, name=f"ad-{number}", title=f"Ad {number}")
    seen = {}
    for hours in (0, 1, 5, 24, 48, 72, 96):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False), db.read() as session:
            feed = of_site(session, settings, ads=True)
            seen[hours] = feed.items[0].html
            assert feed.changed == clock.now().replace(hour=0)
            assert FeedAds(session, settings, SIGNER, clock.now()).until == feed.changed + DAY
    assert seen[0] == seen[1] == seen[5]
    assert len(set(seen.values())) > 1


def test_an_updated_article_says_when(db: Database, settings: Settings) -> None:
    with db.write() as session:
        put_article(session, "a", published=NOON - 9 * DAY, updated=date(2026, 11, 1))
    with db.read() as session:
        (entry,) = of_site(session, settings).items
    assert entry.updated == datetime(2026, 11, 1, tzinfo=UTC)


def test_an_exams_feed_has_its_language_and_its_text_turns_where_it_is_shown(
    db: Database, settings: Settings
) -> None:
    with db.write() as session:
        put_exam(session, "cmp", lang="ar")
        put_article(session, "intro", exam="cmp")
        put_article(session, "claims", exam="cmp", lang="en")
        put_article(session, "plain")
    with db.read() as session:
        scope = scopes.of_exam(session, settings, "cmp", clock.now())
        own = collect(session, settings, scope, clock.now(), self_url=None, ads=None)
        whole = of_site(session, settings)
    html = {item.title: item.html for item in own.items}
    assert html["Intro"].startswith('<div lang="ar" dir="rtl">')
    assert html["Claims"].startswith("<p>")
    parsed = html5lib.parse(html["Intro"], namespaceHTMLElements=False)
    assert parsed.find("body/div").get("dir") == "rtl"
    assert (own.language, {item.title: item.language for item in own.items}) == (
        "ar", {"Intro": "ar", "Claims": "en"},
    )  # fmt: skip
    assert (whole.language, {item.language for item in whole.items}) == ("en-US", {"ar", "en", "en-US"})
