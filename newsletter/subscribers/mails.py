"""The mails around a subscription. None contains anything that a visitor typed (MAIL-13)."""

from collections.abc import Sequence

from articles.models import Article
from carrel.mail import compose
from carrel.mail.message import Content
from carrel.settings import Settings
from newsletter.subscribers.links import Links


def confirm(settings: Settings, link: str) -> Content:
    """Sent when somebody typed this address into a form: was it they?"""
    return compose.compose(settings, "newsletter", "confirm", link=link)


def already(settings: Settings, links: Links) -> Content:
    """Sent when somebody typed in an address that is subscribed."""
    return compose.compose(settings, "newsletter", "already", links=links)


def welcome(
    settings: Settings, links: Links, choices: str, frequency: str, best: Sequence[Article]
) -> Content:
    """Sent once the address has confirmed, with good articles to begin with."""
    lead = "One good article to begin with" if len(best) == 1 else "Good articles to begin with"
    return compose.compose(
        settings,
        "newsletter",
        "welcome",
        links=links,
        choices=choices,
        frequency=frequency,
        best=best,
        lead=lead,
    )
