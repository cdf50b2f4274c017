"""Who must not be mailed, and which kinds of mail that stops (decision 17).

Addresses are known by an HMAC whose key is made with the database and never rotates: an erased
address stays suppressed, also when somebody imports it again.
"""

import hashlib
import hmac
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_new
from carrel.mail.models import Suppression, SuppressionKind
from carrel.tokens import site_secret


class MessageType(StrEnum):
    """What a mail is: bulk (a digest), transactional (a receipt), or requested by somebody who waits for it."""

    BULK = "bulk"
    TRANSACTIONAL = "transactional"
    REQUESTED = "requested"


BLOCKING_KINDS = {
    MessageType.BULK: tuple(SuppressionKind),
    MessageType.TRANSACTIONAL: (SuppressionKind.BOUNCE, SuppressionKind.BY_HAND),
    MessageType.REQUESTED: (SuppressionKind.BY_HAND,),
}


def address_hash(session: Session, email_key: str) -> bytes:
    """The address as our tables know it: HMAC-SHA256 of its key, 32 bytes."""
    return address_hashes(session, [email_key])[0]


def address_hashes(session: Session, email_keys: Iterable[str]) -> list[bytes]:
    """The hashes of many addresses, in their order."""
    secret = site_secret(session, "suppression")
    return [hmac.new(secret, key.encode(), hashlib.sha256).digest() for key in email_keys]


def suppress(session: Session, email_key: str, kind: SuppressionKind, note: str = "") -> bool:
    """Never mail this address again, for this reason. Whether that is new."""
    values = {"address_hash": address_hash(session, email_key), "kind": kind, "since": clock.now()}
    return insert_new(session, Suppression, **values, note=note[:300])


def lift(session: Session, email_key: str, kind: SuppressionKind) -> bool:
    """Take back one reason, as its own address asked. Whether there was one."""
    hashed = address_hash(session, email_key)
    lifting = delete(Suppression).where(Suppression.address_hash == hashed, Suppression.kind == kind)
    return session.execute(lifting.returning(Suppression.kind)).first() is not None


def reasons(session: Session, email_key: str) -> list[Suppression]:
    """Every reason for which this address is not mailed, the oldest first."""
    hashed = address_hash(session, email_key)
    rows = select(Suppression).where(Suppression.address_hash == hashed)
    return list(session.scalars(rows.order_by(Suppression.since)))


def is_suppressed(session: Session, email_key: str, message_type: MessageType) -> bool:
    """Whether anything stops a mail of this type."""
    hashed = address_hash(session, email_key)
    blocking = select(Suppression.kind).where(
        Suppression.address_hash == hashed, Suppression.kind.in_(BLOCKING_KINDS[message_type])
    )
    return session.scalars(blocking.limit(1)).first() is not None
