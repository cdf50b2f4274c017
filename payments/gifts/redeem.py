"""Redeeming a gift: once, by whoever has its code, for the reader of their session or a new one without an address."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy.orm import Session

from carrel.accounts import limits, readers, sessions
from carrel.accounts.limits import Limit, hours
from carrel.accounts.models import Reader
from carrel.ip_prefix import ip_key, network_key
from payments.gift_models import Gift
from payments.gifts import codes
from payments.ledger import entries, gifts
from payments.ledger.entitlement import EntitlementReason

log = structlog.get_logger()
PER_READER: Final = Limit(10, hours(1))
PER_IP: Final = Limit(20, hours(1))
PER_NETWORK: Final = Limit(60, hours(1))


class Outcome(StrEnum):
    """What became of a try. Who has no code learns nothing: UNKNOWN is said of everything that is none."""

    REDEEMED = "redeemed"
    UNKNOWN = "unknown"
    HAS_PASS = "has pass"  # the code stays good for somebody else
    USED = "used"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True)
class Redeemer:
    """Who tries: their reader if they have a session, their IP address, and the name of their browser."""

    reader_id: int | None
    ip: str
    browser: str


@dataclass(frozen=True)
class Redemption:
    """The outcome, and the token of a new session for somebody who had none."""

    outcome: Outcome
    new_token: str | None = None


def redeem(session: Session, typed: str, redeemer: Redeemer) -> Redemption:
    """Redeem the gift with this code. Wrong codes are counted: the caller must commit whatever the outcome.

    Raises `MalformedCodeError`, and `TooManyRequestsError` after too many wrong codes, for a right one as well.
    """
    _check_limits(session, redeemer, count=False)
    gift = codes.find(session, typed)
    if gift is None:
        _check_limits(session, redeemer)
        return Redemption(Outcome.UNKNOWN)
    entries.lock(session)
    reader = readers.get(session, redeemer.reader_id) if redeemer.reader_id is not None else None
    if outcome := _refusal(session, gift, reader):
        return Redemption(outcome)
    token = None
    if reader is None:
        reader = readers.create_anonymous(session)
        token = sessions.start(session, reader, browser=redeemer.browser)
    gifts.add_redemption(session, gift, reader.id)
    log.info("gift redeemed", gift=gift.id, reader=reader.id)
    return Redemption(Outcome.REDEEMED, token)


def _refusal(session: Session, gift: Gift, reader: Reader | None) -> Outcome | None:
    state = gifts.gift_state(session, gift)
    if state.redemption is not None:
        is_theirs = reader is not None and reader.id == state.redemption.reader_id and reader.ad_free
        return Outcome.REDEEMED if is_theirs else Outcome.USED
    if state.reason is EntitlementReason.NEVER:  # not paid yet: this code is none
        return Outcome.UNKNOWN
    if state.reason is EntitlementReason.DISPUTED:
        return Outcome.SUSPENDED
    if not state.reason.has_pass:
        return Outcome.ENDED
    return Outcome.HAS_PASS if reader is not None and reader.ad_free else None


def _check_limits(session: Session, redeemer: Redeemer, *, count: bool = True) -> None:
    """Only wrong codes count, so that a class behind one address redeems its gifts on one morning."""
    if redeemer.reader_id is not None:
        limits.check(session, "gift-code-reader", str(redeemer.reader_id), PER_READER, count=count)
    limits.check(session, "gift-code-ip", ip_key(redeemer.ip), PER_IP, count=count)
    limits.check(session, "gift-code-network", network_key(redeemer.ip), PER_NETWORK, count=count)
