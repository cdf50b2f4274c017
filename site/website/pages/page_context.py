"""Putting a page together: its slots, its offer, its metadata, and when it becomes stale."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from articles import queries
from articles.models import Exam
from carrel import clock
from carrel.ads.ad_server import AdContext, AdServer, SlotOffer, SlotPlace
from carrel.dates import day_at
from carrel.media import with_cdn
from carrel.page_cache import Audience
from carrel.services import services
from payments import offer as offers
from website.pages import cards


@dataclass(frozen=True)
class Meta:
    """A page's metadata."""

    title: str = ""
    description: str = ""
    type: str = "website"
    image: cards.ShareImage | None = None  # without one, the site's is shared
    json_ld: str = ""
    robots: str = ""
    feeds: Sequence[tuple[str, str, str]] = ()
    around: tuple[str, str] = ("", "")  # the paths of the pages before and after it in a long list
    language: str | None = None  # of what the page is about; without one, the site's


@dataclass
class PageContext:
    """One page being rendered: for whom, under which path, at which moment."""

    session: Session
    path: str
    audience: Audience
    now: datetime = field(default_factory=clock.now)
    fresh_until: datetime | None = None

    def __post_init__(self) -> None:
        self.fresh_until = queries.next_change(self.session, self.now)

    @property
    def canonical(self) -> str:
        """The page's absolute URL, from the settings and never from the request."""
        return services().settings.base_url + self.path

    def offer(self, exam: Exam | None = None) -> offers.PassOffer | None:
        """The line that sells the pass; a holder never sees it (decision 12)."""
        if not self.audience.has_ads:
            return None
        line, noun = (exam.pass_line or "", exam.pass_noun or "") if exam else ("", "")
        return offers.offer(services().settings, self.path, line=line, noun=noun)

    def slots(
        self,
        places: Sequence[SlotPlace],
        where: AdContext,
        blocks: Sequence[Any] = (),
        offer: offers.PassOffer | None = None,
    ) -> tuple[dict[str, Any], dict[int, Any]]:
        """What the page's slots show, by place and between its blocks; nothing for a pass holder."""
        if not self.audience.has_ads:
            return {}, {}
        ad_server = AdServer(self.session, services().settings, services().signer, self.now)
        last_resort = SlotOffer(offer.text, offer.url) if offer else None
        page_ads = ad_server.page(places, where, blocks=blocks, offer=last_resort)
        self.fresh_until = earliest(self.fresh_until, page_ads.fresh_until)
        return dict(page_ads.slots), dict(page_ads.inline)

    def render(self, template: str, meta: Meta, **context: Any) -> str:
        """The page as HTML."""
        html = render_template(
            template, audience=self.audience.value, canonical=self.canonical, meta=meta, **context
        )
        return with_cdn(services().settings, html)


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the moments that are known."""
    return min((moment for moment in moments if moment), default=None)


def day(moment: datetime | None) -> date | None:
    """The day of a moment where the operator is."""
    return day_at(services().settings, moment) if moment else None
