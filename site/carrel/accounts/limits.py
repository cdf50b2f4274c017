"""Rate limits in a table of ours, so that a restart resets nothing. Windows slide: at most N in *any* period."""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import LimitHits
from carrel.db import insert_into
from carrel.tokens import site_secret


@dataclass(frozen=True)
class Limit:
    """So many in any period of that length."""

    count: int
    period: timedelta


class TooManyRequestsError(Exception):
    """The limit `name` is reached; the next one is allowed in `retry_after` seconds.

    `is_ceiling`: it is the whole site's limit, and the operator should know.
    """

    def __init__(self, name: str, retry_after: int, *, is_ceiling: bool) -> None:
        super().__init__(f"{name}: again in {retry_after} s")
        self.name = name
        self.retry_after = retry_after
        self.is_ceiling = is_ceiling


def hours(number: float) -> timedelta:
    """A period of hours."""
    return timedelta(hours=number)


def minutes(number: float) -> timedelta:
    """A period of minutes."""
    return timedelta(minutes=number)


FEW = Limit(5, minutes(30))  # of a network that asks for little


def check(
    session: Session, name: str, key: str, *limits: Limit, alarm: bool = False, count: bool = True
) -> None:
    """Count one, or raise `TooManyRequestsError` and count nothing. The row is locked until the transaction ends.

    Without `count` only look, where what counts is not known yet.
    A refusal costs the same statements: where it is not said, its time must not say it either (AUTH-04).
    To check several names in one transaction, always use the same order: address, ip, network, site.
    """
    now = clock.now()
    key_hash = _hash(session, key)
    longest = max(limit.period for limit in limits)
    # Hits of a clock that has gone back since would keep people out for as long as it was ahead (DATA-23).
    oldest, newest = (now - longest).timestamp(), (now + clock.TOLERANCE).timestamp()
    hits = [hit for hit in _locked(session, name, key_hash, now + longest) if oldest < hit <= newest]
    waits = [_wait(hits, limit, now) for limit in limits]
    is_refused = max(waits) > 0
    if count:
        row = update(LimitHits).where(LimitHits.name == name, LimitHits.key_hash == key_hash)
        session.execute(row.values(hits=hits if is_refused else [*hits, now.timestamp()]))
    if is_refused:
        raise TooManyRequestsError(name, math.ceil(max(waits)), is_ceiling=alarm)


def check_site(session: Session, name: str, network: str, per_site: Limit) -> None:
    """Count one of what all strangers share. Raises `TooManyRequestsError`; the operator hears of it.

    Half is only for networks that asked for little, so that a few busy ones do not use it up.
    """
    if not _is_among_the_first_few(session, f"{name}-few", network):
        half = Limit(per_site.count // 2, per_site.period)
        check(session, f"{name}-site-many", "all", half, alarm=True)
    check(session, f"{name}-site", "all", per_site, alarm=True)


def _is_among_the_first_few(session: Session, name: str, network: str) -> bool:
    try:
        check(session, name, network, FEW)
    except TooManyRequestsError:
        return False
    return True


def _wait(hits: list[float], limit: Limit, now: datetime) -> float:
    """Seconds until this limit allows another: when the oldest hit that counts leaves the window."""
    if len(hits) < limit.count:
        return 0.0
    return hits[-limit.count] + limit.period.total_seconds() - now.timestamp()


def _locked(session: Session, name: str, key_hash: bytes, expires_at: datetime) -> list[float]:
    # An upsert is one statement that makes the row if there is none, and locks it either way.
    upsert = insert_into(session, LimitHits).values(
        name=name, key_hash=key_hash, hits=[], expires_at=expires_at
    )
    upsert = upsert.on_conflict_do_update(
        index_elements=[LimitHits.name, LimitHits.key_hash], set_={"expires_at": expires_at}
    )
    return list(session.execute(upsert.returning(LimitHits.hits)).scalar_one())


def _hash(session: Session, key: str) -> bytes:
    return hmac.new(site_secret(session, "limits"), key.encode(), hashlib.sha256).digest()
