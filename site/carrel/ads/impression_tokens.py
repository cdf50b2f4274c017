"""What a browser sends back when an ad was seen: a signed token that says which ad was shown where.

A page carries one for each slot, so that nobody can have an ad, a slot or an article counted that we did not show.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from carrel.tokens import InvalidSignatureError, Signer

PURPOSE = "seen"
VALID_FOR = timedelta(hours=24)  # a page that stayed open in a tab
OFFER = "offer"
NETWORK = "network"


@dataclass(frozen=True)
class ImpressionToken:
    """One ad in one slot of one page, and when it was put there. `ad` is its number, `offer` or `network`."""

    ad: str
    slot: str
    exam: str
    article: str
    shown_at: datetime


def make(signer: Signer, token: ImpressionToken) -> str:
    """The token as signed text."""
    fields = (token.ad, token.slot, token.exam, token.article, str(int(token.shown_at.timestamp())))
    return signer.sign(PURPOSE, "|".join(fields))


def read(signer: Signer, line: str, now: datetime) -> ImpressionToken | None:
    """The token behind the text; None when we did not sign it or it is older than a day."""
    try:
        ad, slot, exam, article, seconds = signer.value_of(PURPOSE, line).split("|")
    except (InvalidSignatureError, UnicodeError):
        return None
    token = ImpressionToken(ad, slot, exam, article, datetime.fromtimestamp(int(seconds), UTC))
    return token if token.shown_at > now - VALID_FOR else None
