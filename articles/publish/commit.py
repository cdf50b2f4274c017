"""The switch: one short transaction after which readers see the new library instead of the old one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from articles.loading.article_file import ArticleFile
from articles.models import Article, ArticleTopic, Domain, Exam, Redirect, Topic
from articles.publish.content_store import Stored
from articles.publish.diff import Diff
from articles.publish.previous_state import KnownArticle, in_parts
from articles.visibility import first_visible


@dataclass(frozen=True)
class Switch:
    """What the transaction needs besides the session."""

    diff: Diff
    stored: Mapping[str, Stored]
    builds: Mapping[str, str]  # exam → build hash
    seen: Mapping[int, datetime | None]  # id of a row → when it first came into sight
    now: datetime


def write_articles(session: Session, switch: Switch) -> None:
    """Bring articles, their topics and redirects to what the files say."""
    names = _Names(session)
    ids = _update(session, switch, names) | _insert(session, switch, names)
    _topics(session, ids, names)
    _redirects(session, switch.diff, ids)
    for some in in_parts([row.id for row in switch.diff.removed]):
        gone = {"removed_at": switch.now, "body_id": None}
        session.execute(update(Article).where(Article.id.in_(some)).values(gone))


class _Names:
    """The ids of exams, domains and topics by their slugs."""

    def __init__(self, session: Session) -> None:
        self.exams = {exam.slug: exam.id for exam in session.scalars(select(Exam))}
        self.topics = {topic.slug: topic.id for topic in session.scalars(select(Topic))}
        self.domains = {
            (domain.exam_id, domain.slug): domain.id for domain in session.scalars(select(Domain))
        }


Ids = dict[int, ArticleFile]


def _update(session: Session, switch: Switch, names: _Names) -> Ids:
    pairs = switch.diff.updates
    if pairs:
        rows = [{"row_id": row.id, **_columns(file, row, switch, names)} for row, file in pairs]
        session.connection().execute(update(Article).where(Article.id == bindparam("row_id")), rows)
    changed = [row.id for row, _ in (*switch.diff.changed, *switch.diff.returned)]
    for some in in_parts(changed):
        session.execute(update(Article).where(Article.id.in_(some)).values(modified_at=switch.now))
    return {row.id: file for row, file in pairs}


def _insert(session: Session, switch: Switch, names: _Names) -> Ids:
    files = switch.diff.added
    if not files:
        return {}
    rows = [_columns(file, None, switch, names) for file in files]
    statement = insert(Article).returning(Article.id, sort_by_parameter_order=True)
    return dict(zip(session.scalars(statement, rows).all(), files, strict=True))


def _columns(file: ArticleFile, row: KnownArticle | None, switch: Switch, names: _Names) -> dict[str, Any]:
    matter, stored, exam_id = file.matter, switch.stored[file.path], names.exams[file.exam]
    seen = first_visible(
        switch.seen[row.id] if row else None,
        draft=matter.draft, published=matter.published, expires=matter.expires, now=switch.now,
    )  # fmt: skip
    return {
        "slug": file.slug,
        "exam_id": exam_id,
        "domain_id": names.domains[exam_id, matter.domain] if matter.domain else None,
        "body_id": stored.body_id,
        "title": matter.title,
        "summary": matter.summary,
        "author": matter.author,
        "reviewer": matter.reviewer,
        "reviewed": matter.reviewed,
        "updated": matter.updated,
        "published": matter.published,
        "expires": matter.expires,
        "draft": matter.draft,
        "ads": matter.ads,
        "position": matter.order,
        "sources": [source.model_dump() for source in matter.sources],
        "changes": [change.model_dump(mode="json") for change in matter.changes],
        "aliases": list(matter.aliases),
        "words": stored.words,
        "reading_minutes": stored.reading_minutes,
        "path": file.path,
        "stat": file.stamp,
        "source_hash": file.digest,
        "build_hash": switch.builds[file.exam],
        "first_visible_at": seen,
        "removed_at": None,
    }


def _topics(session: Session, ids: Ids, names: _Names) -> None:
    for some in in_parts(list(ids)):
        session.execute(delete(ArticleTopic).where(ArticleTopic.article_id.in_(some)))
    rows = [
        {"article_id": article_id, "topic_id": names.topics[topic], "position": position}
        for article_id, file in ids.items()
        for position, topic in enumerate(file.matter.topics)
    ]
    if rows:
        session.execute(insert(ArticleTopic), rows)


def _redirects(session: Session, diff: Diff, ids: Ids) -> None:
    """Old slugs lead to the row that has the article now; a slug in use leads nowhere else."""
    targets = {alias: article_id for article_id, file in ids.items() for alias in file.matter.aliases}
    targets |= {row.slug: row.id for row, _ in diff.moved}
    ended = [*targets, *(file.slug for file in ids.values())]
    for some in in_parts(ended):
        session.execute(delete(Redirect).where(Redirect.slug.in_(some)))
    if targets:
        rows = [{"slug": slug, "article_id": article_id} for slug, article_id in targets.items()]
        session.execute(insert(Redirect), rows)


def refresh_stamps(session: Session, stamps: Iterable[tuple[int, str]]) -> None:
    """Note the new stamps of files that were touched and not changed."""
    rows = [{"row_id": article_id, "stamp": stamp} for article_id, stamp in stamps]
    if rows:
        statement = update(Article).where(Article.id == bindparam("row_id")).values(stat=bindparam("stamp"))
        session.connection().execute(statement, rows)
