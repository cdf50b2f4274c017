"""Makes an exam's visible articles into a book: links between them stay inside it, pictures come along."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Article, Exam
from articles.offline.epub import Book, Chapter, Picture, Section
from articles.render import for_feed
from articles.render.tree import Element, remove
from carrel.settings import Settings

MEDIA = "/media/"
JPEG_QUALITY = 85
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)
_TEMPLATES = Environment(
    loader=PackageLoader("articles.offline"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def make_book(session: Session, settings: Settings, exam: Exam, now: datetime) -> Book:
    """The exam as readers see it at this moment. `now` is when the book says that it was made."""
    sections = queries.domain_sections(session, exam, now)
    articles = [article for section in sections for article in section.articles]
    maker = _ChapterMaker(
        settings, {f"{settings.base_url}{each.url}": f"{_file(each)}.xhtml" for each in articles}
    )
    return Book(
        identifier=f"{settings.base_url}{exam.url}",
        title=f"{exam.title} ({exam.name})",
        description=exam.summary,
        publisher=settings.site_name,
        rights=settings.articles_license_line,
        modified=now,
        front=_front(settings, exam, len(articles), now),
        sections=[
            Section(each.domain.title if each.domain else "", [maker.chapter(item) for item in each.articles])
            for each in sections
        ],
        pictures=list(maker.pictures.values()),
    )


def _file(article: Article) -> str:
    return f"article-{article.slug}"


def _front(settings: Settings, exam: Exam, count: int, now: datetime) -> Chapter:
    day = now.astimezone(settings.zone)
    text = _TEMPLATES.get_template("front.xhtml").render(
        exam=exam,
        count=count,
        home=f"{settings.base_url}{exam.url}",
        site=settings.site_name,
        day=f"{day:%B} {day.day}, {day.year}",
        rights=settings.articles_license_line,
    )
    return Chapter("front", exam.title, Markup(text))  # noqa: S704 - Jinja2 has escaped it


@dataclass
class _ChapterMaker:
    """Chapters of one book, and the pictures that they turned out to need."""

    settings: Settings
    files: Mapping[str, str]  # of the book's articles, by the URL on the site
    pictures: dict[str, Picture] = field(default_factory=dict)  # by the path on the site

    def chapter(self, article: Article) -> Chapter:
        """An article with its sources."""
        url = f"{self.settings.base_url}{article.url}"
        body = self._body(for_feed(article.content.html if article.content else "", url))
        text = _TEMPLATES.get_template("article.xhtml").render(article=article, body=body, url=url)
        return Chapter(_file(article), article.title, Markup(text))  # noqa: S704 - Jinja2 has escaped it

    def _body(self, html: str) -> Markup:
        """The sanitized HTML as XML, which is stricter."""
        body = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)[0]
        for link in body.iter("a"):
            address, _, _ = link.get("href", "").partition("#")
            if address in self.files:
                link.set("href", self.files[address])
        for image in list(body.iter("img")):
            self._take_picture(image)
        parts = [etree.tostring(element, encoding="unicode", method="xml") for element in body]
        return Markup((body.text or "") + "".join(parts))  # noqa: S704 - `for_feed` has cleaned it

    def _take_picture(self, image: Element) -> None:
        path = image.get("src", "").removeprefix(self.settings.base_url)
        if path not in self.pictures:
            picture = _picture(self.settings.home / "media", path, f"picture-{len(self.pictures) + 1}")
            if picture is None:
                remove(image, instead=image.get("alt", ""))
                return
            self.pictures[path] = picture
        image.set("src", self.pictures[path].name)


def _picture(media: Path, path: str, name: str) -> Picture | None:
    """A picture of the site in a format that every e-reader knows, which WebP is not. None if it is gone."""
    from PIL import Image  # here, as most commands need no pictures and should not wait for it

    try:
        content = (media / Path(path).name).read_bytes() if path.startswith(MEDIA) else b""
    except FileNotFoundError:
        content = b""
    if not content:
        return None
    out = io.BytesIO()
    with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
        if content[12:16] == b"VP8L" or image.mode == "RGBA":  # a drawing: the site keeps those lossless
            image.save(out, "PNG", optimize=True)
            return Picture(f"{name}.png", "image/png", out.getvalue())
        image.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return Picture(f"{name}.jpg", "image/jpeg", out.getvalue())


def fingerprint_parts(exam: Exam, articles: Sequence[Article]) -> tuple[object, ...]:
    """What a book depends on: when none of it changes, the copy is still right."""
    about = (exam.title, exam.name, exam.body, exam.summary, exam.disclaimer)
    return (
        about,
        [
            (each.slug, each.body_id, each.title, each.domain_id, each.position, str(each.modified_at))
            for each in articles
        ],
    )
