"""Making a feed of the newest visible articles, in full, with absolute URLs (CON-06)."""

import re
from datetime import UTC, datetime
from html import unescape

from markupsafe import Markup
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from articles.models import Article
from articles.render import for_feed
from articles.visibility import visible
from carrel.languages import turned
from carrel.settings import Settings
from newsletter.feeds.feed import Feed, FeedImage, FeedItem
from newsletter.feeds.feed_ads import FeedAds
from newsletter.feeds.scopes import Scope

NEWEST = 20
# RFC 4151: an id on our own host, from the year of the first release. It names the article, not its address.
TAG_YEAR = 2026
FIRST_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"')
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def collect(
    session: Session,
    settings: Settings,
    scope: Scope,
    now: datetime,
    *,
    self_url: str | None,
    ads: FeedAds | None,
) -> Feed:
    """The feed of a scope as of `now`. Without `ads` it has no ads; a secret `self_url` is left out."""
    changed = last_change(session, scope, now)
    return Feed(
        id=tag(settings, f"feed/{scope.key}"),
        title=scope.title,
        description=scope.description,
        home=settings.base_url + scope.home,
        self_url=self_url,
        author=settings.site_name,
        changed=max(changed, ads.since) if ads else changed,
        language=scope.language or settings.site_language,
        items=tuple(_item(settings, article, ads) for article in session.scalars(_newest(scope, now))),
    )


def tag(settings: Settings, name: str) -> str:
    """A `tag:` URI on our host (RFC 4151)."""
    return f"tag:{settings.host.partition(':')[0]},{TAG_YEAR}:{name}"


def _newest(scope: Scope, now: datetime) -> Select[Article]:
    """The newest by the moment in which readers could first see them, whatever date the author gave."""
    whole = (joinedload(Article.exam), joinedload(Article.content), selectinload(Article.topics))
    order = (Article.first_visible_at.desc(), Article.published.desc().nulls_last(), Article.id.desc())
    # The ids first: else every text of a large library is sorted to find twenty.
    ids = select(Article.id).where(visible(now), scope.belongs).order_by(*order).limit(NEWEST)
    return select(Article).where(Article.id.in_(ids)).options(*whole).order_by(*order)


def last_change(session: Session, scope: Scope, now: datetime) -> datetime:
    """When an article of the scope last appeared, changed or disappeared, for Last-Modified."""
    moments = (
        Article.first_visible_at,
        Article.published,
        Article.expires,
        Article.modified_at,
        Article.removed_at,
    )
    past = [func.max(case((moment <= now, moment))) for moment in moments]
    was_seen = and_(Article.first_visible_at <= now, scope.belongs)
    last_moments = session.execute(select(*past).where(was_seen)).one()
    return max((moment for moment in last_moments if moment), default=LONG_AGO)


def _item(settings: Settings, article: Article, ads: FeedAds | None) -> FeedItem:
    url = settings.base_url + article.url
    html = for_feed(_head_picture(article) + (article.content.html if article.content else ""), url)
    language = article.language or settings.site_language
    published = article.published_at or LONG_AGO
    return FeedItem(
        id=tag(settings, f"article/{article.id}"),
        url=url,
        title=article.title,
        summary=article.summary,
        html=turned(html, language) + (ads.html_below(article) if ads else ""),
        author=article.author,
        published=published,
        updated=max(article.lastmod or published, published),
        categories=(article.exam.name, *(topic.name for topic in article.topics)),
        image=_image(settings, article, html),
        language=language,
    )


def _head_picture(article: Article) -> str:
    """The picture that the page shows above the text."""
    if not article.image or article.image["shown"]:
        return ""
    tag = Markup('<p><img src="{url}" width="{width}" height="{height}" alt="{alt}"></p>')
    return str(tag.format(**article.image))


def _image(settings: Settings, article: Article, html: str) -> FeedImage | None:
    """The author's picture, or else the first of the text."""
    if article.image:
        picture = article.image
        return FeedImage(settings.base_url + picture["url"], picture["width"], picture["height"])
    first = FIRST_IMAGE.search(html)
    return FeedImage(unescape(first[1])) if first else None
