"""Publishing with a bucket: its pictures are there before readers see the articles."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from articles.models import Article
from articles.publish import PublishRefusedError, publish
from articles.publish.report import PublishReport
from carrel.db import Database
from carrel.media import NAME, BucketMedia
from carrel.object_store import ObjectStoreError
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from tests.support.articles import article_md, write_files

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Publish = Callable[..., PublishReport]


@pytest.fixture
def site(in_bucket: Settings, content: Path, image: bytes) -> Settings:
    """Two articles with the same picture, and a page with another."""
    write_files(content, {
        "cpb/chart.png": image,
        "cpb/one.md": article_md("One", body="![A chart](chart.png)"),
        "cpb/two.md": article_md("Two", body="Text.", image="chart.png"),
    })  # fmt: skip
    return in_bucket.model_copy(update={"content": content})


def count(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Article)) or 0


def test_the_pictures_are_in_the_bucket_before_the_commit(
    site: Settings, db: Database, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    share = BucketMedia.share

    def watched(self: BucketMedia, names: set[str]) -> None:
        share(self, names)
        seen.append(count(db))

    monkeypatch.setattr(BucketMedia, "share", watched)
    publish(site, db)
    assert seen == [0]
    assert count(db) == 4
    assert {name.removeprefix("site/") for name in s3.names()} == {
        path.name for path in (site.home / "media").iterdir() if NAME.fullmatch(path.name)
    }
    assert s3.names()


def test_a_wrong_bucket_publishes_nothing_and_loses_nothing(site: Settings, db: Database, s3: S3) -> None:
    wrong = site.model_copy(update={"media_url": "s3://no-such-bucket/site"})
    with pytest.raises(ObjectStoreError, match="MEDIA_URL is wrong"):
        publish(wrong, db)
    assert count(db) == 0
    publish(site, db)
    assert count(db) == 4
    assert s3.names()


def test_what_is_refused_or_only_tried_uploads_nothing(site: Settings, db: Database, s3: S3) -> None:
    publish(site, db, dry_run=True)
    write_files(site.content, {"cpb/three.md": article_md("Three", body="[x](none.md)")})
    with pytest.raises(PublishRefusedError):
        publish(site, db)
    assert s3.names() == set()


def test_a_publication_on_another_machine_writes_nothing_twice(
    site: Settings, db: Database, s3: S3, tmp_path: Path
) -> None:
    publish(site, db)
    before = {name: (s3.folder / name).stat().st_mtime_ns for name in s3.names()}
    write_files(site.content, {"cpb/one.md": article_md("One", body="![A chart](chart.png) and more")})
    publish(site.model_copy(update={"home": tmp_path / "another"}), db)
    assert {name: (s3.folder / name).stat().st_mtime_ns for name in s3.names()} == before
