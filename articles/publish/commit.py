"""The last step of publishing: what one short transaction changes, so that readers see the new library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from articles.loading.article_file import ArticleFile
from articles.loading.fields import series_slug
from articles.models import Article, ArticleTopic, Domain, Exam, OldPath, Redirect, Topic
from articles.publish.content_store import StoredBody
from articles.publish.diff import Diff
from articles.publish.previous_state import PreviousArticle, batched
from articles.visibility import first_visible, visible

FilesById = dict[int, ArticleFile]


@dataclass(frozen=True)
class ArticleUpdate:
    """The changes to write."""

    diff: Diff
    stored_bodies: Mapping[str, StoredBody]  # by path
    build_hashes: Mapping[str, str]  # by exam
    first_visible_times: Mapping[int, datetime | None]  # by id of an article
    now: datetime
    archived: frozenset[str] = frozenset()  # paths of articles that count as visible since their date


class TaxonomyIds:
    """The ids of exams, domains and topics by their slugs."""

    def __init__(self, session: Session) -> None:
        self.exams = {exam.slug: exam.id for exam in session.scalars(select(Exam))}
        self.topics = {topic.slug: topic.id for topic in session.scalars(select(Topic))}
        self.domains = {
            (domain.exam_id, domain.slug): domain.id for domain in session.scalars(select(Domain))
        }


class ArticleWriter:
    """Writes the articles of one publication, with their topics and redirects."""

    def __init__(self, session: Session, changes: ArticleUpdate) -> None:
        self.session, self.changes = session, changes
        self.ids = TaxonomyIds(session)

    def write(self) -> FilesById:
        """Update, insert and remove. The files of the articles that are there now, by the articles' ids."""
        updated = [article.id for article, _ in self.changes.diff.updates]
        self._revoke_previews_of_visible(updated)  # also of those that become drafts again now
        files = self._update() | self._insert()
        self._revoke_previews_of_visible(updated)
        self._write_topics(files)
        self._write_redirects(files)
        self._write_old_paths(files)
        for batch in batched([article.id for article in self.changes.diff.removed]):
            values = {"removed_at": self.changes.now, "body_id": None}
            self.session.execute(update(Article).where(Article.id.in_(batch)).values(values))
        return files

    def _revoke_previews_of_visible(self, ids: Sequence[int]) -> None:
        """Once readers have seen an article, no link that was made before shows what it becomes later."""
        for batch in batched(ids):
            articles = update(Article).where(Article.id.in_(batch), visible(self.changes.now))
            self.session.execute(articles.values(preview_version=Article.preview_version + 1))

    def _update(self) -> FilesById:
        pairs = self.changes.diff.updates
        if pairs:
            statement = update(Article).where(Article.id == bindparam("row_id"))
            for batch in batched(pairs):
                rows = [{"row_id": article.id, **self._columns(file, article)} for article, file in batch]
                self.session.connection().execute(statement, rows)
        modified = [article.id for article, _ in (*self.changes.diff.changed, *self.changes.diff.returned)]
        for batch in batched(modified):
            self.session.execute(
                update(Article).where(Article.id.in_(batch)).values(modified_at=self.changes.now)
            )
        return {article.id: file for article, file in pairs}

    def _insert(self) -> FilesById:
        files = self.changes.diff.added
        if not files:
            return {}
        statement = insert(Article).returning(Article.id, sort_by_parameter_order=True)
        ids: list[int] = []
        for batch in batched(files):  # a row takes as much memory as all else that is known of its article
            rows = [self._columns(file, None) for file in batch]
            ids += self.session.scalars(statement, rows)
        return dict(zip(ids, files, strict=True))

    def _columns(self, file: ArticleFile, previous: PreviousArticle | None) -> dict[str, Any]:
        changes, ids, matter = self.changes, self.ids, file.matter
        body, exam_id = changes.stored_bodies[file.path], ids.exams[file.exam]
        first_visible_at = first_visible(
            changes.first_visible_times[previous.id] if previous else None,
            draft=matter.draft, published=matter.published, expires=matter.expires, now=changes.now,
        )  # fmt: skip
        return {
            "slug": file.slug,
            "exam_id": exam_id,
            "domain_id": ids.domains[exam_id, matter.domain] if matter.domain else None,
            "body_id": body.body_id,
            "title": matter.title,
            "summary": matter.summary,
            "lang": matter.lang,
            "author": matter.author,
            "reviewer": matter.reviewer,
            "reviewed": matter.reviewed,
            "updated": matter.updated,
            "published": matter.published,
            "expires": matter.expires,
            "draft": matter.draft,
            "ads": matter.ads,
            "newsletter": matter.newsletter,
            "position": matter.order,
            "sources": [source.model_dump() for source in matter.sources],
            "changes": [change.model_dump(mode="json") for change in matter.changes],
            "aliases": list(matter.aliases),
            "image": body.picture and {**body.picture, "alt": matter.image_alt or ""},
            "series": matter.series,
            "series_slug": series_slug(matter.series) if matter.series else None,
            "part": matter.part,
            "related": list(body.related) or None,
            "words": body.words,
            "reading_minutes": body.reading_minutes,
            "path": file.path,
            "stat": file.stat,
            "source_hash": file.digest,
            "build_hash": changes.build_hashes[file.exam],
            "first_visible_at": matter.published if file.path in changes.archived else first_visible_at,
            "removed_at": None,
        }

    def _write_topics(self, files: FilesById) -> None:
        for batch in batched(list(files)):
            self.session.execute(delete(ArticleTopic).where(ArticleTopic.article_id.in_(batch)))
        rows = [
            {"article_id": article_id, "topic_id": self.ids.topics[topic], "position": position}
            for article_id, file in files.items()
            for position, topic in enumerate(file.matter.topics)
        ]
        if rows:
            self.session.execute(insert(ArticleTopic), rows)

    def _write_redirects(self, files: FilesById) -> None:
        """Redirect old slugs to the article that has them now; a slug in use is no redirect."""
        targets = {alias: article_id for article_id, file in files.items() for alias in file.old_slugs}
        targets |= {article.slug: article.id for article, _ in self.changes.diff.moved}
        outdated = [*targets, *(file.slug for file in files.values())]
        for batch in batched(outdated):
            self.session.execute(delete(Redirect).where(Redirect.slug.in_(batch)))
        if targets:
            rows = [{"slug": slug, "article_id": article_id} for slug, article_id in targets.items()]
            self.session.execute(insert(Redirect), rows)

    def _write_old_paths(self, files: FilesById) -> None:
        """An article has the old paths that its file names now, and no other."""
        rows = [{"path": path, "article_id": id_} for id_, file in files.items() for path in file.old_paths]
        for batch in batched(list(files)):
            self.session.execute(delete(OldPath).where(OldPath.article_id.in_(batch)))
        for batch in batched([row["path"] for row in rows]):
            self.session.execute(delete(OldPath).where(OldPath.path.in_(batch)))
        if rows:
            self.session.execute(insert(OldPath), rows)


def write_stats(session: Session, stats: Iterable[tuple[int, str]]) -> None:
    """Update the stats of articles, given by id."""
    rows = [{"row_id": article_id, "new_stat": stat} for article_id, stat in stats]
    if rows:
        statement = (
            update(Article).where(Article.id == bindparam("row_id")).values(stat=bindparam("new_stat"))
        )
        session.connection().execute(statement, rows)
