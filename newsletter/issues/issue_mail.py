"""An issue as a mail, without the database. It is composed once for all who get the same; only the token in its links differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from carrel.ads.ad_server import FilledSlot
from carrel.mail.compose import compose
from carrel.mail.message import Content, one_line
from carrel.settings import Settings
from newsletter.issues.mail_html import with_mail_elements
from newsletter.issues.plain_text import text_of
from newsletter.subscribers.links import with_token
from newsletter.subscribers.models import Frequency

# Stands where a recipient's own token will be. Snapshots are cleared of it when they are kept.
TOKEN_PLACEHOLDER = "0token0of0the0recipient0"
LARGEST_HTML = 96_000  # bytes; Gmail cuts a mail off at about 102 kB (MAIL-29)
LONGEST_PREHEADER = 140
MOST_TITLES = 60
FREQUENCY_TEXTS = {
    Frequency.EACH: "as soon as an article appears",
    Frequency.DAILY: "once a day",
    Frequency.WEEKLY: "once a week",
    Frequency.MONTHLY: "once a month",
}


def without_placeholder(text: str) -> str:
    """Somebody's text without the place of a token, also where taking it out would make another.

    Else a link could carry the token of whoever opens it to another site.
    """
    while TOKEN_PLACEHOLDER in text:
        text = text.replace(TOKEN_PLACEHOLDER, "")
    return text


@dataclass(frozen=True)
class OperatorText:
    """What an operator wrote: a subject, and HTML as `writing.markdown` makes it; both may be empty."""

    subject: str = ""
    html: str = ""

    @property
    def preheader(self) -> str:
        """How it begins: what inboxes show beside the subject."""
        return one_line(_plain_text(self.html), LONGEST_PREHEADER) if self.html else ""


NO_TEXT = OperatorText()
ArticleSnapshot = dict[str, Any]  # what `composition.snapshot_of` makes


@dataclass(frozen=True)
class DetailLevel:
    """How much of each article a mail shows."""

    whole: bool = False
    summaries: bool = True
    most: int = MOST_TITLES


# A single article is there to be read in the mail; of several, each is one tap away. Shorter until it fits.
DETAIL_LEVELS = (
    DetailLevel(whole=True),
    DetailLevel(),
    DetailLevel(summaries=False),
    DetailLevel(summaries=False, most=20),
)


def compose_issue(
    settings: Settings,
    frequency: Frequency,
    snapshots: Sequence[ArticleSnapshot],
    *,
    ad: FilledSlot | None,
    view_url: str,
    text: OperatorText = NO_TEXT,
) -> Content:
    """The mail that brings these snapshots, below 100 kB of HTML, with `TOKEN_PLACEHOLDER` in its personal links."""
    levels = DETAIL_LEVELS if len(snapshots) == 1 else DETAIL_LEVELS[1:]
    for level in levels:
        content = _compose(settings, frequency, snapshots, level, ad=ad, view_url=view_url, text=text)
        if len(content.html.encode()) <= LARGEST_HTML:
            break
    return content


def _compose(
    settings: Settings,
    frequency: Frequency,
    snapshots: Sequence[ArticleSnapshot],
    level: DetailLevel,
    *,
    ad: FilledSlot | None,
    view_url: str,
    text: OperatorText,
) -> Content:
    first, others = snapshots[0], snapshots[1:]
    whole = first["html"] if level.whole else ""
    preheader = " · ".join(snapshot["title"] for snapshot in others[:4]) if others else first["summary"]
    return compose(
        settings,
        "newsletter",
        "digest",
        subject=text.subject or subject(snapshots),
        preheader=text.preheader or one_line(preheader, LONGEST_PREHEADER),
        # Sanitized when it was saved.
        introduction=Markup(with_mail_elements(text.html)),  # noqa: S704
        introduction_text=_plain_text(text.html) if text.html else "",
        groups=_by_exam(snapshots[: level.most]),
        more=max(0, len(snapshots) - level.most),
        count=len(snapshots),
        summaries=level.summaries,
        # Sanitized when it was published.
        whole=Markup(with_mail_elements(whole)),  # noqa: S704
        whole_text=_plain_text(whole) if whole else "",
        view_url=view_url if others or text.html else first["url"],
        ad=ad,
        often=FREQUENCY_TEXTS[frequency],
        links=with_token(settings, TOKEN_PLACEHOLDER),
    )


def compose_broadcast(
    settings: Settings, text: OperatorText, *, ad: FilledSlot | None, view_url: str
) -> Content:
    """A broadcast, with `TOKEN_PLACEHOLDER` in its personal links."""
    return compose(
        settings,
        "newsletter",
        "broadcast",
        subject=text.subject,
        preheader=text.preheader,
        # Sanitized when it was saved.
        broadcast=Markup(with_mail_elements(text.html)),  # noqa: S704
        broadcast_text=_plain_text(text.html),
        view_url=view_url,
        ad=ad,
        links=with_token(settings, TOKEN_PLACEHOLDER),
    )


def _plain_text(html: str) -> str:
    return without_placeholder(text_of(html))  # which may have stood there with tags in between


def subject(snapshots: Sequence[ArticleSnapshot]) -> str:
    """The title of the first, and how many there are besides."""
    title = one_line(snapshots[0]["title"], 120)
    return title if len(snapshots) == 1 else f"{title} (and {len(snapshots) - 1} more)"


def _by_exam(snapshots: Sequence[ArticleSnapshot]) -> list[tuple[str, list[ArticleSnapshot]]]:
    groups: dict[str, list[ArticleSnapshot]] = {}
    for snapshot in snapshots:
        groups.setdefault(snapshot["exam"], []).append(snapshot)
    return list(groups.items())
