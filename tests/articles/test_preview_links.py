"""Links to one article that readers do not see yet."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from articles import preview_links
from articles.models import Article
from articles.preview_links import NotHiddenError, PreviewOverError
from articles.publish import PublishReport
from articles.visibility import ArticleState, state, visible
from carrel import clock
from carrel.db import Database
from carrel.tokens import InvalidSignatureError, Signer
from tests.support.articles import article_md, put_article

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIGNER = Signer(["a-key-for-tests-only-of-32-bytes-or-more"])
DAY = timedelta(days=1)


def link(db: Database, slug: str = "secret", days: int = 7, now: datetime = NOW) -> str:
    with db.read() as session:
        article = preview_links.find_hidden(session, slug, now)
        return preview_links.path_of(SIGNER, article, preview_links.until(now, days))


def opened(db: Database, path: str, now: datetime = NOW) -> tuple[str, bool]:
    with db.read() as session:
        article, _until, is_visible = preview_links.open_link(session, SIGNER, path.rpartition("/")[2], now)
        return article.slug, is_visible


def put_draft(db: Database) -> None:
    with db.write() as session:
        put_article(session, "secret", draft=True)


def test_a_link_shows_its_article_until_it_ends(db: Database) -> None:
    put_draft(db)
    path = link(db, days=2)
    assert opened(db, path, NOW + 2 * DAY - timedelta(seconds=1)) == ("secret", False)
    with pytest.raises(PreviewOverError):
        opened(db, path, NOW + 2 * DAY)


def test_a_revoked_link_shows_nothing_and_a_new_one_does(db: Database) -> None:
    put_draft(db)
    path = link(db)
    with db.write() as session:
        preview_links.revoke(session, preview_links.find_hidden(session, "secret", NOW))
    with pytest.raises(PreviewOverError):
        opened(db, path)
    assert opened(db, link(db)) == ("secret", False)


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: "9" + t, lambda t: t.replace("-0-", "-1-"), lambda _t: "1-0-9999999999"],
)
def test_a_link_that_was_cut_or_changed_is_not_ours(db: Database, change: Callable[[str], str]) -> None:
    put_draft(db)
    with pytest.raises(InvalidSignatureError):
        opened(db, change(link(db).rpartition("/")[2]))


def test_what_was_signed_for_something_else_opens_nothing(db: Database) -> None:
    put_draft(db)
    with pytest.raises(InvalidSignatureError):
        opened(db, SIGNER.sign("csrf", f"1-0-{int((NOW + DAY).timestamp())}"))


@pytest.mark.parametrize(
    ("columns", "words"), [({}, "is published"), ({"removed_at": NOW, "body_id": None}, "was removed")]
)
def test_no_link_is_made_for_what_is_published_or_removed(
    db: Database, columns: dict[str, object], words: str
) -> None:
    with db.write() as session:
        article = put_article(session, "secret")
        for name, value in columns.items():
            setattr(article, name, value)
    with pytest.raises(NotHiddenError, match=words):
        link(db)
    with pytest.raises(NotHiddenError, match="no article"):
        link(db, "nothing")


def test_a_scheduled_article_is_seen_by_its_link_and_then_by_everybody(db: Database) -> None:
    with db.write() as session:
        put_article(session, "secret", published=NOW + DAY)
    path = link(db)
    assert opened(db, path) == ("secret", False)
    assert opened(db, path, NOW + DAY) == ("secret", True)


def write(content: Path, **fields: str) -> None:
    (content / "cpb" / "secret.md").write_text(article_md("A secret", **fields))


def test_publishing_revokes_what_was_handed_out_before_also_when_it_is_a_draft_again(
    db: Database, content: Path, publish_now: Callable[..., PublishReport]
) -> None:
    write(content, draft="true")
    publish_now()
    path = link(db, now=clock.now())
    write(content, draft="true", order="7")
    publish_now()
    assert opened(db, path, clock.now()) == ("secret", False)  # a changed draft keeps its links
    write(content)
    publish_now()
    assert opened(db, path, clock.now()) == ("secret", True)
    write(content, draft="true")
    publish_now()
    with pytest.raises(PreviewOverError):
        opened(db, path, clock.now())


def test_an_article_that_the_clock_published_keeps_no_link_when_it_is_a_draft_again(
    db: Database, content: Path, publish_now: Callable[..., PublishReport]
) -> None:
    write(content, published="2026-11-21T12:00:00Z")
    with time_machine.travel(NOW, tick=False):
        publish_now()
    path = link(db)
    write(content, draft="true")
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        publish_now()
    with pytest.raises(PreviewOverError):
        opened(db, path, NOW + 2 * DAY)


def test_con_06_the_state_is_visible_exactly_when_readers_see_it(db: Database) -> None:
    moments = (None, NOW - DAY, NOW, NOW + DAY)
    with db.write() as session:
        for number, (draft, published, expires) in enumerate(product((False, True), moments, moments)):
            if not (published and expires and expires <= published):
                put_article(session, f"a{number}", draft=draft, published=published, expires=expires)
        rows = session.execute(select(state(NOW), visible(NOW), Article.draft)).all()
    assert {(one == ArticleState.VISIBLE) == bool(is_visible) for one, is_visible, _draft in rows} == {True}
    assert {one for one, *_others in rows} == {"visible", "draft", "scheduled", "expired"}
