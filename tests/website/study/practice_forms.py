"""The forms of practice sets, filled in as a reader would."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from carrel.db import Database
from carrel.http.cookies import SESSION
from carrel.services import services_of
from tests.support.accounts import make_reader, make_session

HUB, PRACTICE = "/study/cpb/", "/study/cpb/practice"


def sign_in(
    app: Flask, client: FlaskClient, db: Database, *, holder: bool = False, proven: bool = True
) -> int:
    """Give the client a session; the reader's id."""
    reader = make_reader(db, ad_free=holder)
    name = SESSION.name(services_of(app).settings)
    client.set_cookie(name, make_session(db, reader, proven=proven), domain="carrel.test", secure=True)
    return reader.id


def parsed(page: str) -> Any:
    """The page as a tree."""
    return html.fromstring(page)


def answers(page: str, **chosen: object) -> dict[str, object]:
    """The form of a set with these answers by key; underscores stand for hyphens."""
    form = next(form for form in parsed(page).forms if form.get("data-study"))
    return dict(form.form_values()) | {
        f"answer.{key.replace('_', '-')}": value for key, value in chosen.items()
    }
