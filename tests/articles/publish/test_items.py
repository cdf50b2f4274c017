"""Items come with their article, keep their row when they move, and say when they mean something else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from articles.models import Article, StudyItem, StudyText
from articles.publish import PublishRefusedError, PublishReport
from carrel.db import Database
from tests.articles.items import CARD, QUESTION
from tests.support.articles import article_md, exam_toml

Publish = Callable[..., PublishReport]


def write(content: Path, body: str, name: str = "clean-claims", **fields: str) -> None:
    title = name.replace("-", " ").capitalize()
    fields = {"domain": "claims", "topics": "[clean-claims]"} | fields
    (content / f"cpb/{name}.md").write_text(article_md(title, body, **fields))


def item(db: Database, key: str = "panel") -> StudyItem:
    with db.read() as session:
        return session.scalars(select(StudyItem).where(StudyItem.key == key)).one()


def texts(db: Database, key: str = "panel") -> list[StudyText]:
    query = select(StudyText).join(StudyItem, StudyItem.id == StudyText.item_id).where(StudyItem.key == key)
    with db.read() as session:
        return list(session.scalars(query))


def codes(error: PublishRefusedError) -> list[str]:
    return [problem.code for problems in error.report.problems.values() for problem in problems]


def test_an_item_is_there_when_its_article_is(publish_now: Publish, db: Database, content: Path) -> None:
    write(content, f"Text.\n\n{CARD}\n{QUESTION}")
    publish_now()
    row, (text,) = item(db), texts(db)
    assert (row.kind, row.position, row.objective, row.level, row.meaning) == (
        "question",
        2,
        "claims",
        "apply",
        1,
    )
    assert (row.revision, row.retired, row.case_key) == (text.revision, False, None)
    assert text.prompt == "<p>Thirteen of fourteen tests were run. What is billed?</p>"
    assert [(option["html"], option["right"]) for option in text.options] == [
        ("The panel", False), ("Each <em>test</em>", True), ("Nothing", False),
    ]  # fmt: skip
    assert text.options[1]["why"] == "<p>Right. Report what was performed.</p>"
    assert "a rule</a>" in text.source
    assert texts(db, "percent")[0].answer == "<p>95 percent.</p>"


def test_a_dry_run_and_a_refused_one_store_nothing(publish_now: Publish, db: Database, content: Path) -> None:
    write(content, QUESTION)
    publish_now(dry_run=True)
    write(content, f"{QUESTION}\n{QUESTION}")
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    assert codes(refused.value) == ["item-id-twice"]
    with db.read() as session:
        assert session.scalars(select(StudyItem)).all() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Thirteen of fourteen", "Thirtheen of fourteen"),
        ("  Thirteen is no panel.", "  Thirteen of them is no panel at all."),
        ("::: question panel", "Words above.\n\n::: question panel"),
    ],
)
def test_a_typo_costs_nobody_anything(
    publish_now: Publish, db: Database, content: Path, before: str, after: str
) -> None:
    write(content, QUESTION)
    publish_now()
    row = item(db)
    assert before in QUESTION
    write(content, QUESTION.replace(before, after))
    publish_now()
    assert (item(db).id, item(db).meaning) == (row.id, 1)
    assert len(texts(db)) == 1 + (item(db).revision != row.revision)


def test_an_item_moves_with_all_that_readers_know_of_it(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, QUESTION)
    publish_now()
    row = item(db)
    write(content, "Text.\n")
    write(content, f"More.\n\n{QUESTION}", "medicare-basics", domain="rules")
    publish_now()
    moved = item(db)
    assert (moved.id, moved.meaning, moved.retired, moved.objective) == (row.id, 1, False, "rules")
    assert moved.revision == row.revision
    with db.read() as session:
        assert session.get_one(Article, moved.article_id).slug == "medicare-basics"


def test_another_key_is_another_meaning_and_the_old_text_stays(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, QUESTION)
    publish_now()
    row = item(db)
    write(content, QUESTION.replace("[x]", "[ ]").replace("- [ ] The panel", "- [x] The panel"))
    publish_now()
    assert (item(db).id, item(db).meaning) == (row.id, 2)
    write(content, QUESTION)
    publish_now()  # as it was: its first text is there already
    assert (item(db).meaning, item(db).revision, len(texts(db))) == (3, row.revision, 2)


def test_meaning_by_hand_counts_once(publish_now: Publish, db: Database, content: Path) -> None:
    write(content, QUESTION)
    publish_now()
    write(content, QUESTION.replace("level=apply", "level=apply meaning=2"))
    publish_now()
    assert (item(db).meaning, len(texts(db))) == (2, 1)
    write(
        content, QUESTION.replace("level=apply", "level=recall".replace("recall", "remember") + " meaning=2")
    )
    publish_now()
    assert (item(db).meaning, item(db).level) == (2, "remember")


def test_what_vanishes_is_a_mistake_until_the_exam_says_so(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, f"{QUESTION}\n{CARD}")
    publish_now()
    write(content, CARD)
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    assert codes(refused.value) == ["item-vanished"]
    assert not item(db).retired
    exam = content / "cpb/exam.toml"
    exam.write_text('retired = ["panel"]\n' + exam_toml())
    publish_now()
    assert item(db).retired
    assert not item(db, "percent").retired
    write(content, f"{QUESTION}\n{CARD}")
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    assert codes(refused.value) == ["item-id-retired"]
    exam.write_text(exam_toml())
    publish_now()
    assert (item(db).retired, len(texts(db))) == (False, 1)


def test_an_article_that_goes_takes_no_item_along_in_silence(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, QUESTION)
    publish_now()
    (content / "cpb/clean-claims.md").unlink()
    with pytest.raises(PublishRefusedError):
        publish_now()
    (content / "cpb/exam.toml").write_text('retired = ["panel"]\n' + exam_toml())
    publish_now()
    assert item(db).retired


def test_an_id_of_an_article_that_did_not_change_is_taken(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, QUESTION)
    publish_now()
    write(content, QUESTION, "medicare-basics")
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    assert codes(refused.value) == ["item-id-twice"]


def test_the_preview_goes_on_with_two_items_of_one_id(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, f"{QUESTION}\n{QUESTION}")
    publish_now(keep_going=True)
    assert len(texts(db)) == 1
    write(content, "Nothing.")
    publish_now(keep_going=True)
    assert item(db).retired


def test_items_without_an_id_are_shown_and_not_stored(
    publish_now: Publish, db: Database, content: Path
) -> None:
    write(content, QUESTION.replace(" panel", ""))
    report = publish_now()
    warnings = [problem.code for problems in report.warnings.values() for problem in problems]
    assert "item-no-id" in warnings
    with db.read() as session:
        assert session.scalars(select(StudyItem)).all() == []


@pytest.mark.parametrize("change", [update(StudyText).values(prompt="x"), delete(StudyText)])
def test_texts_are_append_only(publish_now: Publish, db: Database, content: Path, change: object) -> None:
    write(content, QUESTION)
    publish_now()
    with pytest.raises(DBAPIError, match="append-only"), db.write() as session:
        session.execute(change)  # type: ignore[call-overload]
    assert texts(db)[0].prompt != "x"
