"""Share cards: drawn when somebody first asks for one, then kept in `CARREL_HOME/cards` (ADR 20).

They are made anew from the library, so no backup holds them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import select

from articles import queries
from articles.models import Article, Exam
from articles.visibility import visible
from carrel import clock
from carrel.http.assets import FOREVER
from carrel.images.image import largest_file
from carrel.media import media_of
from carrel.object_store import ObjectStoreError
from carrel.services import Services, services
from carrel.whole_file import write_file

blueprint = Blueprint("cards", __name__)
FOLDER, SITE = "cards", "site"
EVERY_SECONDS = 3600.0
AN_HOUR = "public, max-age=3600"
NAME = re.compile(r"(?P<slug>[a-z0-9-]+)\.(?P<version>[0-9a-f]{12})\.jpg")
FILE = re.compile(r"(?P<subject>(articles|exams|site)-[a-z0-9-]+)\.[0-9a-f]{12}\.jpg")

log = structlog.get_logger()


class Drawable(Protocol):
    """A card, and what changes when it does."""

    @property
    def version(self) -> str: ...
    def draw(self) -> bytes: ...


@dataclass(frozen=True)
class ShareImage:
    """A page's picture as Open Graph describes it (https://ogp.me/#structured)."""

    url: str
    alt: str
    width: int = 1200
    height: int = 630
    type: str = "image/jpeg"


def of_site() -> ShareImage:
    """The card of the home page, and of every page that has none of its own."""
    alt = f"{services().settings.site_name}: {services().settings.site_tagline}"
    return _share_image(f"{SITE}.{_site_card().version}.jpg", alt)


def of_exam(exam: Exam) -> ShareImage:
    """The card of an exam."""
    return _share_image(f"exams/{exam.slug}.{_exam_card(exam).version}.jpg", exam.title)


def of_article(article: Article) -> ShareImage:
    """The author's picture, or a card of the title."""
    alt = (article.image or {}).get("alt") or article.title
    return _share_image(f"articles/{article.slug}.{_article_card(article).version}.jpg", alt)


def _share_image(name: str, alt: str) -> ShareImage:
    return ShareImage(f"{services().settings.base_url}/cards/{name}", alt)


def _site_card() -> Drawable:
    return _title_card(services().settings.site_tagline, "")


def _exam_card(exam: Exam) -> Drawable:
    return _title_card(exam.title, exam.body)


def _article_card(article: Article) -> Drawable:
    if article.image:
        from carrel.images.cards import PictureCard  # here and below, as Pillow loads slowly

        return PictureCard(media_of(services().settings).folder / largest_file(article.image))
    return _title_card(article.title, article.exam.title)


def _title_card(title: str, above: str) -> Drawable:
    from carrel.images.cards import Card

    settings, icon = services().settings, current_app.extensions["brand"].files["img/icon-192.png"]
    accent = settings.accent
    return Card(title, above, settings.site_name, accent.day, accent.on_day, icon, settings.card_font)


@blueprint.get("/cards/<name>", endpoint="home_card")
def home_card(name: str) -> Response:
    """The card of the site."""
    found = NAME.fullmatch(name)
    if not found or found["slug"] != SITE:
        abort(404)
    return _response(f"{SITE}-{SITE}", found["version"], _site_card())


@blueprint.get("/cards/articles/<name>", defaults={"kind": "articles"})
@blueprint.get("/cards/exams/<name>", defaults={"kind": "exams"})
def card(kind: str, name: str) -> Response:
    """The card of what readers may see: a draft has none."""
    found = NAME.fullmatch(name) or abort(404)
    slug, now = found["slug"], clock.now()
    with services().db.read() as session:
        if kind == "exams":
            drawable = _exam_card(queries.find_exam(session, slug, now) or abort(404))
        else:
            article = queries.find_article(session, slug, now)
            if not isinstance(article, Article):
                abort(410 if isinstance(article, queries.Gone) else 404)
            drawable = _article_card(article)
            _fetch_picture(article)
            title_card = _title_card(article.title, article.exam.title)
    try:
        return _response(f"{kind}-{slug}", found["version"], drawable)
    except FileNotFoundError:  # the picture's file is gone, or not yet on this machine
        return _response(f"{kind}-{slug}", "", title_card)


def _fetch_picture(article: Article) -> None:
    """Have the author's picture on this machine, if any has it."""
    with suppress(ObjectStoreError):
        if article.image:
            media_of(services().settings).find(largest_file(article.image))


def _response(subject: str, asked: str, drawable: Drawable) -> Response:
    """The card, kept for good under its own version; an older one's address shows what holds now."""
    response = Response(_kept(subject, drawable), mimetype="image/jpeg")
    response.headers["Cache-Control"] = FOREVER if asked == drawable.version else AN_HOUR
    response.set_etag(drawable.version)
    response.make_conditional(request)
    return response


def _kept(subject: str, drawable: Drawable) -> bytes:
    folder = services().settings.home / FOLDER
    path = folder / f"{subject}.{drawable.version}.jpg"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    content = drawable.draw()
    try:
        write_file(path, content)
        for other in folder.glob(f"{subject}.*.jpg"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:  # on a full disk it is drawn each time
        log.warning("card not kept", problem=error.strerror)
    return content


def run_step(services: Services) -> bool:
    """Drop the cards of articles and exams that readers no longer see. Never asks for another turn."""
    files = list(_files(services.settings.home / FOLDER))
    if not files:
        return False
    now = clock.now()
    with services.db.read() as session:
        subjects = {f"articles-{slug}" for slug in session.scalars(select(Article.slug).where(visible(now)))}
        subjects |= {f"exams-{exam.slug}" for exam in queries.exams(session, now)}
    for subject, path in files:
        if subject not in subjects and subject != f"{SITE}-{SITE}":
            path.unlink(missing_ok=True)
    return False


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            if found := FILE.fullmatch(path.name):
                yield found["subject"], path
