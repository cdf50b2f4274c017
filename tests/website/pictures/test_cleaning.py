"""Pictures that nothing names are deleted, once no backup can name them either; all others stay."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from articles.models import ArticleBody, PlainPage
from carrel.db import Database
from carrel.media import Media, media_of
from carrel.object_store import ObjectStoreError
from carrel.settings import Settings
from newsletter.issues.models import Issue, MailVariant
from tests.carrel.s3_server import S3
from tests.support.ads import house_ad
from tests.support.articles import put_article
from website.backup import backup_store
from website.pictures import cleaning
from website.pictures.cleaning import CleaningReport, clean
from website.pictures.named import article_that_names, missing_pictures, named_pictures

NOW = datetime(2036, 3, 1, 12, tzinfo=UTC)  # all files of today are old by then


def name(letter: str, end: str = "-480.webp") -> str:
    return letter * 24 + end


NAMED = [name("a"), name("b"), name("c"), name("d"), name("e", "-960-mail.png"), name("f")]
UNUSED = name("9")


def fill(session: Session) -> None:
    """A name in each place that has some: text, an article's picture, an ad, a page, an email, a body being published."""
    article = put_article(
        session, slug="one", image={"url": f"/media/{NAMED[1]}", "srcset": "", "shown": False}
    )
    assert article.content is not None
    article.content.blocks = [{"kind": "p", "words": 1, "html": f'<img src="/media/{NAMED[0]}">'}]
    session.add(house_ad(kind="image", picture=NAMED[2], picture_width=9, picture_height=9, picture_alt="x"))
    session.add(PlainPage(slug="about", title="About", html=f'<img src="/media/{NAMED[3]}">'))
    issue = Issue(frequency="daily", period="2026-11-14", due_at=NOW, created_at=NOW)
    session.add(issue)
    session.flush()
    html = f'<img src="https://carrel.test/media/{NAMED[4]}">'
    session.add(
        MailVariant(issue_id=issue.id, audience="guest", articles="1", subject="s", text="t", html=html)
    )
    columns = {"contents": [], "anchors": [], "text": "", "markdown": ""}
    session.add(ArticleBody(blocks=[{"html": f'<img src="/media/{NAMED[5]}">'}], **columns))


def share(pictures: Media) -> None:
    """Store them. rclone sometimes spins and answers nobody for a while: that says nothing of what is tested here."""
    for _ in range(3):
        with suppress(ObjectStoreError):
            return pictures.share([*NAMED, UNUSED])
    pytest.skip("rclone does not answer")


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.sweep)])
def media(request: pytest.FixtureRequest, settings: Settings, db: Database) -> Media:
    """All pictures that are named, and one that is not."""
    if request.param == "bucket":
        server: S3 = request.getfixturevalue("s3")
        settings = server.settings(settings)
    pictures = media_of(settings)
    pictures.folder.mkdir()
    for each in [*NAMED, UNUSED]:
        (pictures.folder / each).write_bytes(b"x")
    (pictures.folder / "notes.txt").write_text("of somebody else")
    share(pictures)
    with db.write() as session:
        fill(session)
    return pictures


def stored(media: Media) -> set[str]:
    return {each.name for each in media.stored()}


def cleaned(
    settings: Settings, db: Database, media: Media, now: datetime = NOW, *, days: int = 190, dry: bool = False
) -> CleaningReport:
    return clean(db, media, settings.home, now, days=days, dry_run=dry, say=print)


def test_every_place_that_names_a_picture_is_seen(db: Database) -> None:
    with db.write() as session:
        fill(session)
    with db.read() as session:
        named = named_pictures(session)
        assert set(named) == set(NAMED)
        assert article_that_names(session, NAMED[0]) == article_that_names(session, NAMED[1]) != None  # noqa: E711
        assert article_that_names(session, NAMED[2]) is None
    assert named[NAMED[2]] == "house_ad"
    assert missing_pictures(named, NAMED[1:]) == [NAMED[0]]


def test_an_unused_picture_goes_when_no_backup_can_name_it(
    settings: Settings, db: Database, media: Media
) -> None:
    first = cleaned(settings, db, media)
    assert (first.deleted, first.waiting) == ((), 1)
    assert first.next_on == (NOW + timedelta(days=190)).date()
    assert cleaned(settings, db, media, NOW + timedelta(days=189)).deleted == ()
    assert stored(media) == {*NAMED, UNUSED}
    last = cleaned(settings, db, media, NOW + timedelta(days=190))
    assert (last.deleted, last.waiting, last.next_on) == ((UNUSED,), 0, None)
    assert stored(media) == set(NAMED)
    assert (media.folder / "notes.txt").exists()


def test_it_waits_longer_than_any_backup_is_kept() -> None:
    assert timedelta(days=cleaning.DAYS) > backup_store.LONGEST


def test_one_that_is_named_again_begins_anew(settings: Settings, db: Database, media: Media) -> None:
    cleaned(settings, db, media)
    with db.write() as session:
        page = session.get_one(PlainPage, "about")
        page.html += f'<img src="/media/{UNUSED}">'
    assert cleaned(settings, db, media, NOW + timedelta(days=100)).waiting == 0
    with db.write() as session:
        session.delete(session.get_one(PlainPage, "about"))
    again = cleaned(settings, db, media, NOW + timedelta(days=200))
    assert (again.deleted, again.waiting) == ((), 2)


def test_a_dry_run_deletes_and_notes_nothing(settings: Settings, db: Database, media: Media) -> None:
    assert cleaned(settings, db, media, days=0, dry=True).deleted == (UNUSED,)
    assert stored(media) == {*NAMED, UNUSED}
    assert not (settings.home / cleaning.FILE).exists()


def test_one_of_today_stays_whatever_the_operator_says(
    settings: Settings, db: Database, media: Media
) -> None:
    assert cleaned(settings, db, media, datetime.now(UTC), days=0).deleted == ()
    assert stored(media) == {*NAMED, UNUSED}


def test_a_note_that_is_damaged_counts_the_days_anew(settings: Settings, db: Database, media: Media) -> None:
    (settings.home / cleaning.FILE).write_text("{half")
    assert cleaned(settings, db, media).waiting == 1
