"""An exam with every kind of item, published, and its file for Anki."""

from collections.abc import Callable
from pathlib import Path

import pytest

from articles.exports.anki import to_anki
from articles.models import Exam
from articles.publish import PublishReport
from articles.study_items import study_items
from carrel import clock
from carrel.db import Database
from tests.articles.items import ALL
from tests.support.articles import article_md

BASE_URL = "https://carrel.test"
WriteItems = Callable[..., str]


@pytest.fixture
def write_items(content: Path, publish_now: Callable[..., PublishReport], db: Database) -> WriteItems:
    """Publish these items in an article, and make the exam's file."""

    def write(items: str = ALL) -> str:
        file = content / "cpb/clean-claims.md"
        file.write_text(article_md("Clean claims", f"Text.\n\n{items}", domain="claims", topics="[medicare]"))
        publish_now()
        with db.read() as session:
            exam = session.query(Exam).filter_by(slug="cpb").one()
            return to_anki(exam, study_items(session, exam, clock.now()), BASE_URL)

    return write
