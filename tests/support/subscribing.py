"""Subscribing as a visitor does it, through the site's own pages."""

import re
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.support.browser import Browser
from website.mail.models import OutboxMail
from website.web.services import Services

ANNA = "anna@example.org"
LINK = re.compile(r"https://carrel\.test(/newsletter/[a-z]+/[A-Za-z0-9_.-]+)")


def ask(browser: Browser, email: str = ANNA, *, follow: bool = True, **fields: Any) -> TestResponse:
    """Send the box that stands on every article."""
    box = {"website": "", "email": email, "pace": "weekly", "exam": "cpb"}
    return browser.post("/subscribe/", box | fields, follow=follow)


def links_in(mail: OutboxMail) -> list[str]:
    """The paths of the newsletter's links in a mail, text and HTML."""
    return list(dict.fromkeys(LINK.findall(mail.text) + LINK.findall(mail.html)))


def link_in(mail: OutboxMail, kind: str) -> str:
    """The path of the link of that kind: confirm, preferences, unsubscribe."""
    return next(path for path in links_in(mail) if path.startswith(f"/newsletter/{kind}/"))


class Post:
    """The mails that were queued."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def all(self) -> list[OutboxMail]:
        """Every one, the oldest first."""
        with self._services.db.read() as session:
            return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))

    def names(self) -> list[str]:
        """Which kinds, the oldest first."""
        return [mail.name for mail in self.all()]

    def newest(self) -> OutboxMail:
        """The last one."""
        return self.all()[-1]
