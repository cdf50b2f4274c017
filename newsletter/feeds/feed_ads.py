"""The labeled ad below each article in the public feeds."""

from dataclasses import asdict
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from articles.models import Article
from carrel.ads.ad_server import AdContext, AdServer, FilledSlot, SlotPlace
from carrel.ads.choice import window_start
from carrel.settings import Settings
from carrel.tokens import Signer

WINDOW_MINUTES = 24 * 60
SLOT = Markup('<hr><p><small>{label}</small></p><p>{image}<a href="{url}" rel="{rel}">{title}</a> {text}</p>')
IMAGE = Markup('<img src="{src}" width="{width}" height="{height}" alt="{alt}"> ')


class FeedAds:
    """Chooses an ad for each article of a feed, and keeps it for a day: a feed that changed as often as pages do
    would be downloaded whole at every visit of every feed reader."""

    def __init__(self, session: Session, settings: Settings, signer: Signer, now: datetime) -> None:
        daily = settings.model_copy(update={"ad_window_minutes": WINDOW_MINUTES})
        self._ad_server = AdServer(session, daily, signer, now, base_url=settings.base_url)
        self.since = window_start(now, WINDOW_MINUTES)
        self.until = self._ad_server.page([SlotPlace.FEED], AdContext("/feed")).fresh_until

    def html_below(self, article: Article) -> str:
        """The ad below an article as HTML, or nothing."""
        if not article.ads:
            return ""
        topics = tuple(topic.slug for topic in article.topics)
        ad = self._ad_server.one(SlotPlace.FEED, AdContext(article.slug, article.exam.slug, topics))
        return str(_html(ad)) if ad else ""


def _html(ad: FilledSlot) -> Markup:
    image = IMAGE.format(**asdict(ad.image)) if ad.image else Markup()
    return SLOT.format(label=ad.label, image=image, url=ad.url, rel=ad.rel, title=ad.title, text=ad.text)
