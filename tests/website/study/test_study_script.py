"""The script that checks items: how much it weighs, and where it is loaded."""

import gzip

from flask.testing import FlaskClient

from carrel.db import Database
from tests.website.study.bank import put_article_with, questions
from tests.website.test_look import CSS, WEBSITE

MOST_BYTES = 6 * 1024
SCRIPT, SHEET = WEBSITE / "static" / "js" / "study.js", CSS / "study.css"


def test_the_script_weighs_six_kilobytes_at_most() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= MOST_BYTES


def test_only_pages_to_study_load_script_and_style(client: FlaskClient, db: Database) -> None:
    with db.write() as session:
        put_article_with(session, "clean-claims", questions("clean", 3), "claims")
    practice = client.get("/study/cpb/practice").text
    assert "/js/study." in practice
    assert "/css/study." in practice
    for path in ("/", "/exams/cpb/", "/articles/clean-claims/", "/topics/medicare/"):
        page = client.get(path).text
        assert "/js/study." not in page
        assert "/css/study." not in page
