"""A library of real articles to search: every Markdown file under a folder, whatever program it was written for."""

import re
from pathlib import Path
from typing import Any
from zlib import crc32

from sqlalchemy.orm import Session

from articles.build.build_article import BuildContext, build_all
from articles.build.built_article import BuiltArticle
from articles.build.site_urls import SiteUrls
from articles.loading.markdown_file import BodySource
from articles.models import Article, Exam
from articles.models.exams import SLUG_LENGTH
from articles.parallel_map import parallel_map
from articles.publish.content_store import StoredBody, store_bodies
from articles.search.document import context_of
from carrel import clock
from carrel.db import Database

BATCH = 150
_TITLE = re.compile(r"^(?:title:\s*|#+\s+)(.+?)\s*#*$", re.MULTILINE)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def load_corpus(db: Database, folder: Path, most: int) -> int:
    """Put the articles of the folder into the database, one exam for each folder in it. How many."""
    sources = list(_sources(folder, most))
    context = BuildContext(folder, SiteUrls({}), None, 0, db.url.get_backend_name())
    waiting: list[BuiltArticle] = []
    titles = {source.path: source.title for source in sources}
    exams = _add_exams(db, sorted({source.path.split("/")[0] for source in sources}))
    for chunk in parallel_map(build_all, context, sources, len(sources)):
        waiting += chunk
        if len(waiting) >= BATCH:
            _store(db, waiting, titles, exams)
            waiting = []
    _store(db, waiting, titles, exams)
    return len(sources)


def _sources(folder: Path, most: int) -> Any:
    for path in sorted(folder.rglob("*.md"))[:most]:
        text = path.read_text("utf-8", errors="replace").replace("\0", "")
        name = path.relative_to(folder).as_posix()
        title = _TITLE.search(text)
        stem = path.parent.name if path.stem == "index" else path.stem
        body = _COMMENT.sub("", _FRONT.sub("", text)).strip()
        heading = (title[1].strip("\"' ") if title else "")[:200] or stem
        yield BodySource(
            name, body, 1, heading, place=context_of(name.split("/")[0], slug_of(name), None, [])
        )


def _add_exams(db: Database, names: list[str]) -> dict[str, int]:
    with db.write() as session:
        rows = [
            Exam(slug=name, name=name[:40], title=name, body="-", summary="-", disclaimer="-", position=1)
            for name in names
        ]
        session.add_all(rows)
        session.flush()
        return {exam.slug: exam.id for exam in rows}


def _store(db: Database, waiting: list[BuiltArticle], titles: dict[str, str], exams: dict[str, int]) -> None:
    with db.write() as session:
        stored = store_bodies(session, waiting)
        for built in waiting:
            _add_article(session, built, titles[built.path], stored[built.path], exams)


def slug_of(path: str) -> str:
    """What the address of a file would be, cut to its last and most telling words."""
    name = path.removesuffix(".md").removesuffix("/index").replace("/", "-")
    return name if len(name) <= SLUG_LENGTH else f"{crc32(name.encode()):08x}-{name[-SLUG_LENGTH + 9 :]}"


def _add_article(
    session: Session, built: BuiltArticle, title: str, body: StoredBody, exams: dict[str, int]
) -> None:
    now = clock.now()
    session.add(
        Article(
            slug=slug_of(built.path), exam_id=exams[built.path.split("/")[0]], body_id=body.body_id, title=title,
            summary=built.summary[:500], author="-", draft=False, ads=True, sources=[], changes=[], aliases=[],
            words=body.words, reading_minutes=body.reading_minutes, path=built.path, stat="", source_hash="",
            build_hash="", first_visible_at=now,
        )
    )  # fmt: skip
