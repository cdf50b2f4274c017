"""An exam's items as one file: what is in it, and when it is another."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from articles.models import Article, StudyItem, StudyText
from carrel.page_cache import bump_cache_version
from carrel.services import Services
from tests.support.articles import put_article, put_exam
from tests.website.study.study_rows import put_item
from website.study.items_file import items_of, items_url


@pytest.fixture
def there(services: Services) -> Services:
    """An exam with a case, its question, and a card."""
    with services.db.write() as session:
        put_item(session, "morning", kind="case", position=1)
        put_item(session, "panel", position=2, case_key="morning", objective="claims.lab")
        put_item(session, "share", kind="card", position=3)
    return services


def content(app: Flask, services: Services) -> dict[str, Any]:
    with app.app_context(), services.db.read() as session:
        return items_of(session, put_exam(session))


def test_every_item_that_can_be_studied_is_in_it_in_reading_order(app: Flask, there: Services) -> None:
    exam = content(app, there)
    assert exam["name"] == "CPB"
    assert exam["articles"] == {"clean-claims": "Clean claims"}
    assert [(item["key"], item["kind"], item["meaning"], item["article"]) for item in exam["items"]] == [
        ("panel", "question", 1, "clean-claims"),
        ("share", "card", 1, "clean-claims"),
    ]


def test_an_item_is_as_the_practice_pages_have_it_its_story_before_it(app: Flask, there: Services) -> None:
    panel, share = content(app, there)["items"]
    assert panel["html"].index("What of morning?") < panel["html"].index('<section class="study-item"')
    assert 'data-item="panel" data-kind="question"' in panel["html"]
    assert 'data-about="Claims"' in panel["html"]
    assert "Thirteen is none." in panel["html"]
    assert "study-case" not in share["html"]
    assert '<details class="study-back">' in share["html"]


def test_numbers_are_not_to_be_shuffled(app: Flask, there: Services) -> None:
    def fixed() -> list[bool]:
        return [item.get("fixed", False) for item in content(app, there)["items"]]

    assert fixed() == [False, False]
    with there.db.write() as session:
        item = put_item(session, "port", position=4)
        text = session.scalars(select(StudyText).where(StudyText.item_id == item.id)).one()
        numbers = [option | {"text": str(number)} for number, option in enumerate(text.options)]
        columns = {
            "prompt": text.prompt,
            "hint": "",
            "answer": "",
            "answer_text": "",
            "source": "",
            "options": numbers,
        }
        session.add(StudyText(item_id=item.id, revision="1" * 32, **columns))
        item.revision = "1" * 32
    assert fixed() == [False, False, True]


def test_what_readers_do_not_see_is_not_in_it(app: Flask, there: Services) -> None:
    with there.db.write() as session:
        put_article(session, "later", draft=True)
        put_item(session, "tomorrow", article="later")
        session.execute(update(StudyItem).where(StudyItem.key == "share").values(retired=True))
    assert [item["key"] for item in content(app, there)["items"]] == ["panel"]


def address(app: Flask) -> str:
    with app.test_request_context(base_url="https://carrel.test"):
        return items_url("cpb")


def test_its_address_changes_when_it_does(
    app: Flask, there: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(there.cache_version, "_poll_seconds", 0)
    first = address(app)
    with there.db.write() as session:
        bump_cache_version(session)
    assert address(app) == first
    with there.db.write() as session:
        session.execute(update(Article).values(title="Cleaner claims"))
        bump_cache_version(session)
    assert address(app) != first
