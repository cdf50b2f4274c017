"""How browsers may ask for each view: one table over what they say of a request (W3C, Fetch Metadata).

An ad network's script shares the origin of the page that it runs on, and so everything that an origin protects. But
a browser says of each request whether a person opened a page or a script wants the answer, and no script can change
that. Programs and browsers from before 2023 say nothing: what was not sent is not looked at, and the check of `Origin`
(`guards.py`) stands alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import Headers

SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Use:
    """A kind of request, by the values of `Sec-Fetch-Site`, `-Mode` and `-Dest`; an empty set stands for all."""

    sites: frozenset[str]
    modes: frozenset[str]
    destinations: frozenset[str]

    def allows(self, headers: Headers) -> bool:
        """Whether a request with these headers is of this kind, as far as they tell."""
        asked = (
            ("Sec-Fetch-Site", self.sites),
            ("Sec-Fetch-Mode", self.modes),
            ("Sec-Fetch-Dest", self.destinations),
        )
        sent = ((headers.get(name, ""), allowed) for name, allowed in asked)
        return all(not value or not allowed or value in allowed for value, allowed in sent)


ALL: frozenset[str] = frozenset()
HERE = frozenset({"same-origin"})
TYPED = frozenset({"none"})  # or a bookmark, or a link in a program that is no browser
IN_A_TAB = (frozenset({"navigate"}), frozenset({"document"}))  # neither a frame nor a script

PUBLIC = Use(ALL, ALL, ALL)
PAGE = Use(ALL, *IN_A_TAB)  # from a mail or another site too
PAGE_FROM_HERE = Use(HERE | TYPED, *IN_A_TAB)
FORM = Use(HERE, *IN_A_TAB)
SCRIPT = Use(HERE, frozenset({"cors", "same-origin", "no-cors"}), frozenset({"empty"}))

# What is not named here is a `PAGE` (on the admin pages a `PAGE_FROM_HERE`), and a `FORM` when it is sent.
TABLE: Mapping[str, Use] = {
    # The same for everybody, or so far as a shared cache may keep it: no rule could hold there.
    **dict.fromkeys(("pages.home", "pages.exam", "pages.topic", "pages.article", "plain.page"), PUBLIC),
    **dict.fromkeys(("lists.series", "lists.author"), PUBLIC),
    **dict.fromkeys(("digests.issues", "digests.issue"), PUBLIC),
    **dict.fromkeys(("practice.hub", "practice.page"), PUBLIC),
    **dict.fromkeys(("study_cards.cards", "study_glossary.glossary", "study_anki.anki_file"), PUBLIC),
    # Read by programs, some of which run in a browser. The token of a private feed is its key.
    **dict.fromkeys(("feeds.site_feed", "feeds.exam_feed", "feeds.topic_feed", "feeds.private_feed"), PUBLIC),
    **dict.fromkeys(("pages.article_markdown", "machines.llms"), PUBLIC),
    **dict.fromkeys(
        ("machines.sitemap", "machines.sitemap_of_pages", "machines.sitemap_of_articles"), PUBLIC
    ),
    **dict.fromkeys(("machines.robots", "machines.security", "ads.gpc", "ads.sellers"), PUBLIC),
    **dict.fromkeys(("health.healthz", "health.readyz", "metrics.metrics"), PUBLIC),
    **dict.fromkeys(("device.device", "device.worker", "device.items", "device.current_items"), PUBLIC),
    # Parts of pages.
    **dict.fromkeys(
        ("assets.asset", "assets.favicon", "media.media", "cards.card", "cards.home_card"), PUBLIC
    ),
    # Sent by others, each with a proof of its own (`guards.ORIGIN_EXEMPT`).
    **dict.fromkeys(("payments.webhook", "bounces.webhook", "newsletter.one_click", "csp.report"), PUBLIC),
    # Asked by scripts of ours: js/seen.js, js/passkey.js, and those of the study pages.
    "ads.seen": SCRIPT,
    "study_log.tell": SCRIPT,
    **dict.fromkeys(
        ("passkeys.sign_in_challenge", "passkeys.again_challenge", "passkeys.add_challenge"), SCRIPT
    ),
    # The ways into the admin pages: from an alarm's mail, and by a link that somebody handed over.
    **dict.fromkeys(("dashboard.today", "operators.sign_in_page"), PAGE),
    **dict.fromkeys(("operators.open_set_up", "operators.set_up_page"), PAGE),
}


def rule(endpoint: str, method: str, page: Use) -> Use:
    """How a view may be asked for; `page` is what holds for a view of this app that the table does not name."""
    return TABLE.get(endpoint, page if method in SAFE else FORM)
