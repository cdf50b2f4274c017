"""What every page shows: the site's own words, and the exams for the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from babel.lists import format_list
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from articles import queries
from articles.models import Exam
from carrel import clock
from carrel.dates import day_in_words, moment_in_words
from carrel.http import cookies
from carrel.languages import english, open_graph_locale
from carrel.services import Services, cache_version, services, services_of
from carrel.settings import Settings
from payments.offer import price_display
from website.pages import cards


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The site as templates name it."""

    name: str
    tagline: str
    base_url: str
    contact_email: str
    postal_address: str
    price_display: str
    noun: str


def init_app(app: Flask) -> None:
    """Give `site`, `in_language`, `site_card`, `exams` and `footer` to every template."""
    settings = services_of(app).settings
    app.jinja_env.globals["site"] = site_info(settings)
    app.jinja_env.globals["in_language"] = settings.in_language
    app.jinja_env.globals["open_graph_locale"] = open_graph_locale
    app.jinja_env.globals["site_card"] = cards.of_site
    app.jinja_env.filters["day_in_words"] = partial(day_in_words, settings)
    app.jinja_env.filters["moment_in_words"] = partial(moment_in_words, settings)
    app.context_processor(Navigation().context)


def site_info(settings: Settings) -> SiteInfo:
    """What templates say about the site, from its settings."""
    return SiteInfo(
        settings.site_name,
        settings.site_tagline,
        settings.base_url,
        settings.contact_email,
        settings.postal_address,
        price_display(settings),
        settings.pass_noun,
    )


class Navigation:
    """The exams, read from the database once for each cache version."""

    def __init__(self) -> None:
        self._source: Services | None = None
        self._version = -1
        self._exams: Sequence[Exam] = []

    def context(self) -> dict[str, Any]:
        """`exams` and `footer` for the templates, and whether a private page says "Account" or "Sign in".

        Without a database an error page still has its words. A cached page goes by its audience alone.
        """
        try:
            source, version = services(), cache_version()
            if source is not self._source or version != self._version:
                with source.db.read() as session:
                    self._exams = queries.exams(session, clock.now())
                self._source, self._version = source, version
        except SQLAlchemyError:
            pass
        footer = footer_of(services().settings, self._exams)
        return {"exams": self._exams, "footer": footer, "signed_in": bool(cookies.SESSION.value())}


def footer_of(settings: Settings, exams: Sequence[Exam]) -> str:
    """The footer of every page, with the bodies that certify for the exams."""
    names = list(dict.fromkeys(exam.body for exam in exams)) or ["the bodies behind its exams"]
    # The footer of another language has no "and".
    is_english = settings.page_language == settings.site_language
    bodies = format_list(names, locale=english(settings.site_language)) if is_english else "; ".join(names)
    return settings.site_footer.format(site=settings.site_name, bodies=bodies)
