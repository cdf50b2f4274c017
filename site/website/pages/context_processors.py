"""What the frame of every page shows: the site's own words, and the exams for the navigation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from articles import queries
from articles.models import Exam
from carrel import clock
from carrel.http.services import services
from carrel.http.session_cookie import session_cookie
from carrel.settings import Settings
from payments.offer import price_display


@dataclass(frozen=True, slots=True)
class Site:
    """The site as templates name it."""

    name: str
    tagline: str
    base_url: str
    contact_email: str
    postal_address: str
    price_display: str
    noun: str


def init_app(app: Flask) -> None:
    """Give `site`, `exams` and `footer` to every template."""
    settings = app.extensions["carrel"].settings
    app.jinja_env.globals["site"] = site_of(settings)
    app.context_processor(Navigation().context)


def site_of(settings: Settings) -> Site:
    """The site's words, from its settings."""
    return Site(
        settings.site_name,
        settings.site_tagline,
        settings.base_url,
        settings.contact_email,
        settings.postal_address,
        price_display(settings),
        settings.pass_noun,
    )


class Navigation:
    """The exams, asked of the database once for each epoch."""

    def __init__(self) -> None:
        self._epoch = -1
        self._exams: Sequence[Exam] = []

    def context(self) -> dict[str, Any]:
        """`exams` and `footer` for the templates, and whether a private page says "Account" or "Sign in".

        Without a database an error page still has its words. A kept page goes by its edition alone.
        """
        try:
            epoch = services().epoch.value()
            if epoch != self._epoch:
                with services().db.read() as session:
                    self._exams, self._epoch = queries.exams(session, clock.now()), epoch
        except SQLAlchemyError:
            pass
        footer = footer_of(services().settings, self._exams)
        return {"exams": self._exams, "footer": footer, "signed_in": bool(session_cookie())}


def footer_of(settings: Settings, exams: Sequence[Exam]) -> str:
    """What stands at the foot of every page, with the bodies that certify for the exams."""
    bodies = "; ".join(dict.fromkeys(exam.body for exam in exams)) or "the bodies behind its exams"
    return settings.site_footer.format(site=settings.site_name, bodies=bodies)
