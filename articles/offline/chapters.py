"""Makes an exam's visible articles into a book: links between them stay inside it, pictures come along."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lxml import etree
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Article, Exam
from articles.offline.epub import TEMPLATES, Book, Chapter, Picture, Section
from articles.render import for_feed
from articles.render.tree import Element, remove
from articles.visibility import visible
from carrel.dates import day_in_words
from carrel.images.plain_formats import plain_picture
from carrel.media import PATH, Media, media_of
from carrel.settings import Settings

_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)


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
        language=exam.lang or settings.site_language,
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
    language = exam.lang or settings.site_language
    text = TEMPLATES.get_template("front.xhtml").render(
        exam=exam,
        language=language,
        disclaimer=_disclaimer(settings, exam),
        count=count,
        home=f"{settings.base_url}{exam.url}",
        site=settings.site_name,
        day=day_in_words(settings, now),
        rights=settings.articles_license_line,
    )
    return Chapter("front", exam.title, Markup(text), language)  # noqa: S704 - Jinja2 has escaped it


def _disclaimer(settings: Settings, exam: Exam) -> str:
    return exam.disclaimer or settings.disclaimer(exam.title, exam.body)


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
        language = article.language or self.settings.site_language
        text = TEMPLATES.get_template("article.xhtml").render(
            article=article, language=language, body=body, url=url
        )
        return Chapter(_file(article), article.title, Markup(text), language)  # noqa: S704 - Jinja2 has escaped it

    def _body(self, html: str) -> Markup:
        """The sanitized HTML as XML, which is stricter."""
        body = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)[0]
        for link in body.iter("a"):
            address, _, _ = link.get("href", "").partition("#")
            if address in self.files:
                link.set("href", self.files[address])
        for code in body.iter("pre", "code"):
            code.set("dir", "ltr")  # here, as an EPUB's style sheet must not
        for image in list(body.iter("img")):
            self._take_picture(image)
        parts = [etree.tostring(element, encoding="unicode", method="xml") for element in body]
        return Markup((body.text or "") + "".join(parts))  # noqa: S704 - `for_feed` has cleaned it

    def _take_picture(self, image: Element) -> None:
        path = image.get("src", "").removeprefix(self.settings.base_url)
        if path not in self.pictures:
            picture = _picture(media_of(self.settings), path, f"picture-{len(self.pictures) + 1}")
            if picture is None:
                remove(image, instead=image.get("alt", ""))
                return
            self.pictures[path] = picture
        image.set("src", self.pictures[path].name)


def _picture(media: Media, path: str, name: str) -> Picture | None:
    """A picture of the site in a format that every e-reader knows, which WebP is not. None if it is gone."""
    file = media.find(Path(path).name) if path.startswith(PATH) else None
    plain = plain_picture(file.read_bytes()) if file else None
    return Picture(f"{name}{plain.suffix}", plain.media_type, plain.data) if plain else None


def fingerprint_parts(session: Session, exam: Exam, now: datetime) -> tuple[object, ...]:
    """What a book depends on: when none of it changes, the copy is still right. Asked for often, so no article is loaded."""
    about = (exam.title, exam.name, exam.body, exam.summary, exam.disclaimer, exam.lang)
    outline = [(domain.id, domain.title) for domain in exam.domains]
    columns = (
        Article.slug,
        Article.body_id,
        Article.title,
        Article.domain_id,
        Article.lang,
        Article.position,
        Article.modified_at,
    )
    shown = select(*columns).where(Article.exam_id == exam.id, visible(now)).order_by(Article.slug)
    return (about, outline, [tuple(map(str, row)) for row in session.execute(shown)])
