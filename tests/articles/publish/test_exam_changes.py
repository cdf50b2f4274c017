"""What a change of `exam.toml` means for the articles of the exam."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from articles import queries
from articles.models import Article, Exam, Topic
from articles.publish import PublishRefusedError
from carrel import clock
from carrel.db import Database
from tests.articles.publish.library import Publish, article, epoch
from tests.support.articles import article_md, exam_toml, write_files


def test_a_change_of_exam_toml_is_seen(content: Path, db: Database, publish_now: Publish) -> None:
    publish_now()
    write_files(content, {"cpb/exam.toml": exam_toml().replace('"Medicare"', '"Medicare, parts A to D"')})
    outcome = publish_now()
    assert (outcome.exams, len(outcome.diff.rebuilt)) == (["cpb"], 2)
    assert [topic.name for topic in article(db, "medicare-basics").topics] == ["Medicare, parts A to D"]
    assert article(db, "medicare-basics").modified_at is None


def test_a_third_exam_needs_files_alone_and_an_exam_may_leave(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    write_files(
        content, {"coc/exam.toml": exam_toml("COC", 3), "coc/outpatient.md": article_md("Outpatient")}
    )
    assert publish_now().exams == ["coc"]
    with db.read() as session:
        assert [exam.name for exam in queries.exams(session, clock.now())] == ["CPB", "COC"]
    for name in ("exam.toml", "outpatient.md"):
        (content / "coc" / name).unlink()
    publish_now()
    with db.read() as session:
        assert [exam.name for exam in queries.exams(session, clock.now())] == ["CPB"]
        assert session.scalar(select(func.count()).select_from(Exam)) == 2


def test_a_domain_that_leaves_the_outline_leaves_the_library(
    content: Path, db: Database, publish_now: Publish
) -> None:
    publish_now()
    write_files(
        content,
        {
            "cpb/exam.toml": exam_toml()
            .replace('"claims"', '"payment"')
            .replace('medicare = "Medicare"', 'hipaa = "HIPAA"'),
            "cpb/clean-claims.md": article_md("Clean claims", domain="payment"),
            "cpb/medicare-basics.md": article_md("Medicare basics", topics="[hipaa]"),
        },
    )
    publish_now()
    with db.read() as session:
        (exam,) = queries.exams(session, clock.now())
        assert [domain.slug for domain in exam.domains] == ["payment", "rules"]
        assert [count.topic.slug for count in queries.topics(session, clock.now())] == ["hipaa"]
        assert session.scalar(select(func.count()).select_from(Topic)) == 3


def test_an_exams_language_holds_for_its_articles_and_a_change_builds_them_again(
    content: Path, db: Database, publish_now: Publish
) -> None:
    write_files(content, {"cpb/one.md": article_md("One", lang="he")})
    publish_now()
    toml = (content / "cpb/exam.toml").read_text()
    before, old_epoch = article(db, "clean-claims"), epoch(db)
    write_files(content, {"cpb/exam.toml": f'lang = "ar_eg"\n{toml}'})
    publish_now()
    after, own = article(db, "clean-claims"), article(db, "one")
    assert after.build_hash != before.build_hash
    assert epoch(db) > old_epoch
    with db.read() as session:
        rows = session.scalars(select(Article).where(Article.slug.in_(["clean-claims", "one"])))
        assert {row.slug: row.language for row in rows} == {"clean-claims": "ar-EG", "one": "he"}
    assert (after.lang, own.lang) == (None, "he")


def test_a_language_that_is_none_is_refused_with_its_line(content: Path, publish_now: Publish) -> None:
    write_files(content, {"cpb/one.md": article_md("One", lang="arabic")})
    with pytest.raises(PublishRefusedError) as refused:
        publish_now()
    (problem,) = refused.value.report.problems["cpb/one.md"]
    assert (problem.code, problem.line) == ("bad-language", 4)
    assert str(problem.hint) == "Write a tag such as en-US, de or ar."
