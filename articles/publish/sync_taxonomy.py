"""Brings exams, domains, topics and plain pages into the database. They are few, so the plain ORM is fast enough."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from articles.build.built_article import BuiltArticle
from articles.loading.exam_file import ExamFile
from articles.loading.fields import AuthorFields, DomainFields
from articles.loading.page_file import PageFile
from articles.models import Author, Domain, Exam, PlainPage, Topic


def sync_exams(session: Session, files: Mapping[str, ExamFile]) -> list[str]:
    """Update the exams from their files. The slugs of those that changed."""
    rows = {exam.slug: exam for exam in session.scalars(select(Exam))}
    for slug in files.keys() - rows.keys():
        rows[slug] = Exam(slug=slug)
        session.add(rows[slug])
    changed = {slug for slug, file in files.items() if set_attributes(rows[slug], **exam_columns(file))}
    changed |= {slug for slug in rows.keys() - files.keys() if set_attributes(rows[slug], in_files=False)}
    session.flush()
    changed |= {
        slug for slug, file in files.items() if sync_domains(session, rows[slug], file.fields.domains)
    }
    if sync_topics(session, files.values()):
        changed |= set(files)
    return sorted(changed)


def exam_columns(file: ExamFile) -> dict[str, object]:
    """The columns of an exam's row."""
    fields = file.fields
    return {
        "name": fields.name,
        "title": fields.title,
        "body": fields.body,
        "body_url": fields.body_url,
        "summary": fields.summary,
        "disclaimer": fields.disclaimer or "",
        "position": fields.order,
        "lang": fields.lang,
        "pass_noun": fields.pass_.noun,
        "pass_line": fields.pass_.line,
        "in_files": True,
        "acronyms": fields.acronyms or None,
    }


def sync_domains(session: Session, exam: Exam, fields: Sequence[DomainFields]) -> bool:
    """Update the domains of an exam. Whether any changed."""
    rows = {
        domain.slug: domain for domain in session.scalars(select(Domain).where(Domain.exam_id == exam.id))
    }
    changed = False
    for position, domain in enumerate(fields):
        row = rows.pop(domain.slug, None) or Domain(slug=domain.slug, exam_id=exam.id)
        session.add(row)
        changed |= set_attributes(
            row, title=domain.title, weight=domain.weight, source=domain.source, position=position
        )
    for row in rows.values():
        session.delete(row)
    session.flush()
    return changed or bool(rows)


def sync_topics(session: Session, files: Iterable[ExamFile]) -> bool:
    """Update the topics of all exams. Whether any changed."""
    names = {slug: name for file in files for slug, name in file.fields.topics.items()}
    rows = {topic.slug: topic for topic in session.scalars(select(Topic))}
    changed = False
    for slug, name in names.items():
        row = rows.get(slug) or Topic(slug=slug)
        session.add(row)
        changed |= set_attributes(row, name=name, in_files=True)
    for slug in rows.keys() - names.keys():
        changed |= set_attributes(rows[slug], in_files=False)
    session.flush()
    return changed


def sync_authors(session: Session, authors: Mapping[str, AuthorFields]) -> list[str]:
    """Update the authors from their file. The slugs of those that changed."""
    rows = {author.slug: author for author in session.scalars(select(Author))}
    wanted = {slug: fields.model_dump() for slug, fields in authors.items()}
    changed = [slug for slug, values in wanted.items() if slug not in rows or not _has(rows[slug], values)]
    outdated = [rows[slug] for slug in rows if slug in changed or slug not in wanted]
    for row in outdated:
        session.delete(row)
    session.flush()  # first, so that one may have the name that another had
    session.add_all(Author(slug=slug, **wanted[slug]) for slug in changed)
    session.flush()
    return sorted({*changed, *(row.slug for row in outdated)})


def _has(row: Author, values: Mapping[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def sync_pages(
    session: Session, files: Iterable[PageFile], built: Mapping[str, BuiltArticle], now: datetime
) -> list[str]:
    """Update the plain pages from their files. The slugs of those that changed."""
    rows = {page.slug: page for page in session.scalars(select(PlainPage))}
    changed = []
    for file in files:
        row = rows.pop(file.slug, None) or PlainPage(slug=file.slug)
        session.add(row)
        matter = file.matter
        values = {"title": matter.title, "summary": matter.summary, "updated": matter.updated}
        if set_attributes(row, html=built[file.path].html, **values):
            row.modified_at = now
            changed.append(file.slug)
    for row in rows.values():
        session.delete(row)
    session.flush()
    return sorted([*changed, *rows])


def set_attributes(row: object, **values: object) -> bool:
    """Set the attributes that differ. Whether there were any."""
    different = {name: value for name, value in values.items() if getattr(row, name, None) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
