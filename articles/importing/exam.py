"""The exam that articles are imported into: it is begun if it is not there, and says which tags are topics."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from articles.importing.article_text import MOST_TOPICS, one_line
from articles.importing.export import Export, ImportRefusedError
from articles.importing.files import write_whole
from articles.loading.content import LoadedContent
from articles.loading.exam_file import EXAM_FILE
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.file_names import slug_of


def topic_slug(tag: str) -> str:
    """The slug of a tag; "" when no letter of it can stand in an address."""
    return slug_of(f"{' '.join(tag.split()).replace('/', ' ')}.md")


@dataclass
class ExamFolder:
    """The folder of the exam, its topics by slug, and the tags that are none."""

    slug: str
    path: Path
    topics: dict[str, str]
    new_text: str = ""  # of the exam.toml to write, when there is none
    unknown_tags: dict[str, int] = field(default_factory=dict)

    def sort_tags(self, tags: Iterable[str]) -> tuple[list[str], list[str]]:
        """The topics among the tags, as slugs, and the other tags."""
        by_name = {_key(name): slug for slug, name in self.topics.items()}
        topics: dict[str, None] = {}
        others = []
        for tag in dict.fromkeys(tags):
            slug = by_name.get(_key(tag)) or topic_slug(tag)
            if slug in self.topics and len(topics) < MOST_TOPICS:
                topics[slug] = None
            else:
                others.append(tag)
                self.unknown_tags[tag] = self.unknown_tags.get(tag, 0) + 1
        return list(topics), others

    def write(self) -> None:
        """Write the exam.toml, if the exam is new."""
        if self.new_text:
            write_whole(self.path / EXAM_FILE, self.new_text.encode())


def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def open_exam(content: LoadedContent, slug: str, export: Export) -> ExamFolder:
    """The exam's folder as it is, or as it will be begun. Raises `ImportRefusedError`."""
    if not SLUG.match(slug) or len(slug) > SLUG_LENGTH or slug == "pages":
        raise ImportRefusedError("Name the exam by its folder, with small letters, digits and hyphens: cpb.")
    folder = content.folder.root / slug
    if exam := content.exams.get(slug):
        return ExamFolder(slug, folder, dict(exam.fields.topics))
    if (folder / EXAM_FILE).exists():
        raise ImportRefusedError(f"{slug}/{EXAM_FILE} has mistakes. Fix them first (carrel check {slug}).")
    elsewhere = {topic: name for exam in content.exams.values() for topic, name in exam.fields.topics.items()}
    tags = sorted({tag for post in export.posts for tag in post.topics if topic_slug(tag)}, key=str.casefold)
    topics: dict[str, str] = {}
    for tag in tags:
        topics.setdefault(topic_slug(tag), elsewhere.get(topic_slug(tag)) or one_line(tag, 120))
    return ExamFolder(slug, folder, topics, _exam_text(slug, export, topics))


def _exam_text(slug: str, export: Export, topics: Mapping[str, str]) -> str:
    title = one_line(export.title, 200) or slug.replace("-", " ").capitalize()
    summary = (
        one_line(export.description, 300) or f"Articles that were at {export.base_url or 'the old site'}."
    )
    lines = [
        f"# Created by `carrel import` from {export.program}: check every line.",
        f"name = {_toml(one_line(title, 40))}",
        f"title = {_toml(title)}",
        f"body = {_toml(title)}",
        f"summary = {_toml(summary)}",
        'disclaimer = "This site is not affiliated with any certifying body."',
        "",
        "[topics]",
        *(f"{key} = {_toml(name)}" for key, name in topics.items()),
    ]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a basic string of TOML escapes what JSON escapes
