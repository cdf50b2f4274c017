"""Writes a book as EPUB 3.2 (https://www.w3.org/publishing/epub32/), from Jinja2 templates; epubcheck proves it.

ADR 11 says why no library does it.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from carrel.languages import direction, english_words, xml_attributes

MIMETYPE = "application/epub+zip"
TEMPLATES = Environment(
    loader=PackageLoader("articles.offline"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
TEMPLATES.globals.update(in_language=xml_attributes, english=english_words)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file of the text. `name` without its suffix; `xhtml` is the well-formed body below the title; `language` that of both."""

    name: str
    title: str
    xhtml: Markup
    language: str


@dataclass(frozen=True, slots=True)
class Section:
    """Chapters under one heading of the contents; without a title for those that stand alone."""

    title: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. `name` with its suffix, which must suit the media type."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Book:
    """A book. `identifier` is a URI that stays the same for later editions, which `modified` tells apart."""

    identifier: str
    title: str
    description: str
    publisher: str
    language: str
    rights: str
    modified: datetime
    front: Chapter
    sections: Sequence[Section]
    pictures: Sequence[Picture]

    @property
    def direction(self) -> str:
        """Which way its pages are turned."""
        return direction(self.language)

    @property
    def chapters(self) -> list[Chapter]:
        """All of them in reading order, the front page too."""
        return [self.front, *(chapter for section in self.sections for chapter in section.chapters)]


def write(book: Book, path: Path) -> None:
    """Write the file. The same book gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: str | bytes, packing: int = zipfile.ZIP_DEFLATED) -> None:
            archive.writestr(_entry(name, book.modified, packing), content)

        put("mimetype", MIMETYPE, zipfile.ZIP_STORED)  # first and as it is: EPUB Open Container Format, 4.3
        for name, template in (
            ("META-INF/container.xml", "container.xml"),
            ("book/package.opf", "package.opf"),
            ("book/contents.xhtml", "contents.xhtml"),
            ("book/style.css", "style.css"),
        ):
            put(name, TEMPLATES.get_template(template).render(book=book))
        page = TEMPLATES.get_template("chapter.xhtml")
        for chapter in book.chapters:
            put(f"book/{chapter.name}.xhtml", page.render(chapter=chapter))
        for picture in book.pictures:
            put(f"book/{picture.name}", picture.data, zipfile.ZIP_STORED)


def _entry(name: str, modified: datetime, packing: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, modified.timetuple()[:6])
    entry.compress_type, entry.external_attr = packing, 0o644 << 16
    return entry
