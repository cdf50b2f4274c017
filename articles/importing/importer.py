"""Writes the posts of an export into an exam's folder; see docs/importing.md.

It can be stopped at any moment and run again: what it writes follows from the export alone, each file is written as a
whole and its pictures before it, and a file whose bytes are not an import's belongs to its author.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from datetime import time as clock_time
from pathlib import Path

from articles.build.site_urls import SiteUrls
from articles.importing.addresses import Addresses, PostAddresses
from articles.importing.article_text import article_text
from articles.importing.download import download_picture
from articles.importing.exam import ExamFolder, open_exam, topic_slug
from articles.importing.export import Export, Note, Post
from articles.importing.files import Manifest, remove_unfinished, write_whole
from articles.importing.html_to_text import to_markdown
from articles.importing.markdown_html import allowed_html
from articles.importing.markdown_links import rewrite_markdown
from articles.importing.pictures import Download, Pictures
from articles.importing.placing import Placement
from articles.loading.content import load_articles, load_exams_and_pages
from articles.loading.file_names import slug_of
from articles.progress import no_progress
from articles.web_address import normalize_path

NOTHING_LEFT = "*Nothing in this article could be imported.*"


@dataclass
class ImportReport:
    """What became of an export. Paths are from the exam's folder."""

    exam: ExamFolder
    written: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    drafts: int = 0
    redirects: int = 0
    pictures: int = 0
    to_fetch: int = 0  # pictures, in a dry run
    notes: list[Note] = field(default_factory=list)

    @property
    def articles(self) -> list[str]:
        """The files of the export that are there now, or would be."""
        return [*self.written, *self.updated, *self.unchanged, *self.kept]


@dataclass
class Importer:
    """One import into one exam."""

    export: Export
    root: Path
    slug: str
    now: datetime
    zone: tzinfo = UTC
    dry_run: bool = False
    download: Download | None = download_picture
    progress: Callable[[int], None] = no_progress

    def run(self) -> ImportReport:
        """Import. Raises `ImportRefusedError`, `ContentNotFoundError` and `OSError`."""
        now_ns = time.time_ns()
        content = load_exams_and_pages(self.root, now_ns, self.zone)
        exam = open_exam(content, self.slug, self.export)
        load_articles(content, [(file, "") for file in content.folder.articles], now_ns, no_progress)
        self.manifest = Manifest.read(exam.path)
        self.report = ImportReport(exam, notes=self.export.notes)
        placement = Placement(
            self.slug, self.export, self.manifest, content, SiteUrls.of_content(content).is_taken
        )
        old_paths = {post.id: list(post.old_paths) for post in self.export.posts}
        posts = placement.place()
        pictures = Pictures(self.export, exam.path, self.download, self.dry_run)
        addresses = Addresses(self.export, pictures, topics=self._topic_pages(exam))
        for post in posts:
            path = placement.paths[post.id]
            addresses.files |= {normalize_path(old).casefold(): path for old in old_paths[post.id]}
            if post.source:
                addresses.by_source[post.source] = path
            if self.export.program == "WordPress":
                addresses.by_number[post.id] = path
        if not self.dry_run:
            exam.path.mkdir(parents=True, exist_ok=True)
            remove_unfinished(exam.path)
            exam.write()
        for post in posts:
            self._import(post, placement.paths[post.id], addresses, placement.key(post))
            self.progress(1)
        if not self.dry_run:
            self.manifest.write()
        self.report.pictures, self.report.to_fetch = pictures.written, len(pictures.to_fetch)
        return self.report

    def _topic_pages(self, exam: ExamFolder) -> dict[str, str]:
        """Where links to the old pages of tags lead."""
        slugs = {path: topic_slug(name) for path, name in self.export.topic_names.items()}
        return {
            normalize_path(path): f"/topics/{slug}/" for path, slug in slugs.items() if slug in exam.topics
        }

    def _import(self, post: Post, path: str, addresses: Addresses, key: str) -> None:
        if self.manifest.path_of(key) and not (self.report.exam.path / path).exists():
            why = f"You removed or renamed it after an import. To import it again, remove its lines from {self.manifest.path.name}."
            self.report.notes.append(Note(f"{self.slug}/{path}", why))
            return
        body = self._body(post, PostAddresses(addresses, post, path))
        if not body.strip():
            post.draft, body = True, NOTHING_LEFT
            post.note("None of its text could be imported, so it is a draft.")
        topics, tags = self.report.exam.sort_tags(post.topics)
        post.slug = "" if post.slug == slug_of(path) else post.slug
        text = article_text(post, topics, tags, body, is_old=self._is_old(post))
        self.report.drafts += post.draft
        self.report.redirects += len(post.old_paths)
        self._write(path, text.encode(), key)
        self.report.notes += [Note(f"{self.slug}/{path}", sentence) for sentence in post.notes]

    def _body(self, post: Post, addresses: PostAddresses) -> str:
        if post.form == "html":
            body = to_markdown(post.text, addresses, post.note, post.footnotes)
        else:
            body = rewrite_markdown(allowed_html(post.text, post), addresses)
        if post.picture and (shown := addresses.picture(post.picture)) and shown not in body:
            alt = " ".join((post.picture_alt or post.title).split()).replace("[", "(").replace("]", ")")
            caption = " ".join(post.picture_caption.replace('"', "”").split())
            ending = f' "{caption}"' if caption else ""
            body = f"![{alt}]({shown}{ending})\n\n{body}"
        return body

    def _is_old(self, post: Post) -> bool:
        """Whether the old site's readers have had the chance to read it."""
        published = post.published
        if published is None:
            return True
        if not isinstance(published, datetime):
            published = datetime.combine(published, clock_time.min, self.zone)
        return published <= self.now

    def _write(self, path: str, data: bytes, key: str) -> None:
        file, report = self.report.exam.path / path, self.report
        known = self.manifest.path_of(key) is not None
        present = file.read_bytes() if file.is_file() else None
        if present == data:
            report.unchanged.append(path)
        elif present is not None and not self.manifest.wrote(key, present):
            report.kept.append(path)
            why = (
                "It was edited after it was imported, so it is unchanged."
                if known
                else "The file already existed, so it is unchanged."
            )
            report.notes.append(Note(f"{self.slug}/{path}", why))
            return
        else:
            (report.written if present is None else report.updated).append(path)
            if not self.dry_run:
                write_whole(file, data)
        self.manifest.add(key, path, data)
