"""Articles for tests: as files in a content folder, and as rows without any file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.models import Article, ArticleBody, ArticleTopic, Domain, Exam, Topic
from articles.search import index, vocabulary
from articles.search.upkeep import document_of
from carrel import clock

SUMMARY = "A summary that is long enough to promise something to whoever reads it."
BODY = "## The rule\n\nA claim is clean when nothing is missing.\n"

EXAM = """
name = "{name}"
title = "Certified {name}"
body = "Board of {name}"
summary = "What the exam of {name} is about."
disclaimer = "Not affiliated with the Board of {name}."
order = {order}

[[domains]]
slug = "claims"
title = "Claims"

[[domains]]
slug = "rules"
title = "Rules"

[topics]
clean-claims = "Clean claims"
medicare = "Medicare"
"""


def exam_toml(name: str = "CPB", order: int = 1, more: str = "") -> str:
    """An `exam.toml` with two domains and two topics; `more` is added at its end."""
    return EXAM.format(name=name, order=order) + more


def article_md(title: str = "Clean claims", body: str = BODY, **fields: str) -> str:
    """An article's file. Fields are written as they are given: `topics="[medicare]"`."""
    lines = {"title": f'"{title}"', "summary": f'"{SUMMARY}"'} | fields
    front = "\n".join(f"{name}: {value}" for name, value in lines.items())
    return f"---\n{front}\n---\n\n{body}"


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, making the folders they need."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def put_exam(session: Session, slug: str = "cpb", **columns: Any) -> Exam:
    """The exam of this slug, made when it is not there, with two domains."""
    if exam := session.scalars(select(Exam).where(Exam.slug == slug)).one_or_none():
        return exam
    name = slug.upper()
    values: dict[str, Any] = {
        "name": name,
        "title": f"Certified {name}",
        "body": f"Board of {name}",
        "summary": f"What the exam of {name} is about.",
        "disclaimer": f"Not affiliated with the Board of {name}.",
        "position": 1,
    }
    domains = [
        Domain(slug=name, title=name.capitalize(), position=n) for n, name in enumerate(["claims", "rules"])
    ]
    exam = Exam(slug=slug, domains=domains, **(values | columns))
    session.add(exam)
    session.flush()
    return exam


def put_topic(session: Session, slug: str) -> Topic:
    """The topic of this slug, made when it is not there."""
    topic = session.scalars(select(Topic).where(Topic.slug == slug)).one_or_none()
    topic = topic or Topic(slug=slug, name=slug.replace("-", " ").capitalize())
    session.add(topic)
    session.flush()
    return topic


def put_article(
    session: Session,
    slug: str = "clean-claims",
    *,
    exam: str = "cpb",
    domain: str | None = None,
    topics: tuple[str, ...] = (),
    text: str = "A claim is clean when nothing is missing.",
    first_visible_at: datetime | None = None,
    **columns: Any,
) -> Article:
    """An article that is visible now, unless its columns say otherwise, with text and search entry."""
    exam_row = put_exam(session, exam)
    body = ArticleBody(
        blocks=[{"kind": "paragraph", "words": len(text.split()), "html": f"<p>{text}</p>\n"}],
        contents=[],
        anchors=[],
        text=text,
        markdown=f"{text}\n",
    )
    session.add(body)
    session.flush()
    values = _defaults(slug, first_visible_at) | columns
    domain_id = next((row.id for row in exam_row.domains if row.slug == domain), None)
    article = Article(slug=slug, exam_id=exam_row.id, domain_id=domain_id, body_id=body.id, **values)
    session.add(article)
    session.flush()
    for position, topic in enumerate(topics):
        session.add(
            ArticleTopic(article_id=article.id, topic_id=put_topic(session, topic).id, position=position)
        )
    dialect = session.get_bind().dialect.name
    index.add(session, {body.id: index.entry_of(document_of(article), dialect)})
    vocabulary.count_now(session, [body.id])
    session.flush()
    return article


def _defaults(slug: str, first_visible_at: datetime | None) -> dict[str, Any]:
    return {
        "title": slug.replace("-", " ").capitalize(),
        "summary": SUMMARY,
        "author": "the editors",
        "draft": False,
        "ads": True,
        "sources": [],
        "changes": [],
        "aliases": [],
        "words": 700,
        "reading_minutes": 3,
        "path": f"cpb/{slug}.md",
        "stat": "",
        "source_hash": "",
        "build_hash": "",
        "first_visible_at": first_visible_at or clock.now(),
    }
