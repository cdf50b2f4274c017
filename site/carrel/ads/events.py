"""An event that a browser reported, waiting to be counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from carrel.ads import salts
from carrel.ads.impression_tokens import ImpressionToken

EventKind = Literal["page", "view", "click"]


@dataclass(frozen=True)
class AdEvent:
    """A page that was opened, or an ad that was seen or clicked. No IP, no name: only hashes.

    `fingerprint` is the browser and the thing under this half hour's salt, `fingerprint_before` under the last one's.
    """

    kind: EventKind
    token: ImpressionToken
    at: datetime
    fingerprint: bytes
    fingerprint_before: bytes

    @property
    def hour(self) -> datetime:
        """The hour in which it is counted."""
        return self.at.replace(minute=0, second=0, microsecond=0)


def ad_event(
    kind: EventKind, token: ImpressionToken, browser: str, pair: salts.Pair, now: datetime
) -> AdEvent:
    """The event without the browser. `browser` is its IP and name; it goes no further than here."""
    subject = (kind, token.article) if kind == "page" else (kind, token.article, token.ad, token.slot)
    this, before = (salts.fingerprint(salt, browser, *subject) for salt in pair)
    return AdEvent(kind, token, now, this, before)
