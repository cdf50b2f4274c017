"""The file for Anki as readers fetch it: kept, and the same for everybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from carrel.db import Database
from tests.articles.items import ALL
from tests.support.articles import put_article
from tests.website.study.bank import put_article_with
from tests.website.study.practice_forms import sign_in

FILE = "/study/cpb/anki.txt"


@pytest.fixture
def library(db: Database) -> None:
    """An exam with items, and one without."""
    with db.write() as session:
        put_article_with(session, "clean-claims", ALL)
        put_article(session, "other", exam="ccm")


def test_it_is_plain_text_the_same_for_everybody_and_made_once(
    app: Flask,
    client: FlaskClient,
    db: Database,
    library: None,
    kept: list[str],
) -> None:
    guest = client.get(FILE)
    assert guest.mimetype == "text/plain"
    assert guest.headers["Cache-Control"].startswith("public")
    sign_in(app, client, db, holder=True)
    holder = client.get(FILE)
    assert holder.data == guest.data
    assert holder.headers["Cache-Control"] == guest.headers["Cache-Control"]
    assert kept == [FILE]
    assert guest.text.startswith("#separator:tab\n")
    assert guest.text.count("carrel:cpb/") == 8


def test_an_exam_without_items_has_none(client: FlaskClient, library: None) -> None:
    assert client.get("/study/ccm/anki.txt").status_code == 404
    assert client.get("/study/none/anki.txt").status_code == 404
