"""What becomes of each line of an import, decided without changing anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.mail import suppression
from carrel.mail.models import Suppression
from newsletter.subscribers.models import SignUp, SignUpMethod, Subscriber, SubscriberState
from newsletter.transfer.row_reader import SubscriberRow
from newsletter.transfer.statuses import Status


class Fate(StrEnum):
    """What an import does with a line."""

    ADDED = "added"
    HERE = "here"
    STAYS_OUT = "stays_out"  # left here, or suppressed
    LEFT = "left"  # there: never to be subscribed by an import
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    PENDING = "pending"
    REPEATED = "repeated"
    INVALID = "invalid"


NAMES = {
    Fate.ADDED: "Subscribed",
    Fate.HERE: "Already here",
    Fate.STAYS_OUT: "Left or suppressed here",
    Fate.LEFT: "Unsubscribed there",
    Fate.BOUNCED: "Bounced there",
    Fate.COMPLAINED: "Complained there",
    Fate.PENDING: "Never confirmed there",
    Fate.REPEATED: "Repeated in the file",
    Fate.INVALID: "Invalid",
}
REFUSALS = {Status.LEFT: Fate.LEFT, Status.LEFT_LIST: Fate.LEFT, Status.BOUNCED: Fate.BOUNCED} | {
    Status.COMPLAINED: Fate.COMPLAINED
}
OWN = {SignUpMethod.MAIL, SignUpMethod.ACCOUNT}  # asked for here, by themselves


@dataclass(frozen=True)
class Decision:
    """A line's fate. `subscriber_id` is set when somebody who is subscribed here must be unsubscribed."""

    row: SubscriberRow
    address_hash: bytes
    fate: Fate
    sentence: str
    subscriber_id: int | None = None


@dataclass
class Known:
    """What we know of an address: its subscriber, when and how they confirmed, and why it is suppressed."""

    subscriber_id: int | None = None
    state: str = ""
    confirmed: list[tuple[str, datetime]] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)


def decide(session: Session, rows: Sequence[SubscriberRow]) -> list[Decision]:
    """The fate of each row, in their order: a few queries for all of them."""
    hashes = suppression.address_hashes(session, [row.address.key for row in rows])
    known = _known(session, hashes)
    return [_decide(row, hashed, known[hashed]) for row, hashed in zip(rows, hashes, strict=True)]


def _decide(row: SubscriberRow, hashed: bytes, known: Known) -> Decision:
    if row.status is Status.PENDING:
        return Decision(row, hashed, Fate.PENDING, "Never confirmed there: not subscribed.")
    if fate := REFUSALS.get(row.status):
        return _refuse(row, hashed, known, fate)
    if known.suppressed:
        return Decision(row, hashed, Fate.STAYS_OUT, f"Suppressed ({known.suppressed[-1]}): not imported.")
    if known.state:
        fate = Fate.STAYS_OUT if known.state == SubscriberState.LEFT else Fate.HERE
        return Decision(row, hashed, fate, f"Already here ({known.state}): unchanged.")
    return Decision(row, hashed, Fate.ADDED, "Subscribed.")


def _refuse(row: SubscriberRow, hashed: bytes, known: Known, fate: Fate) -> Decision:
    there = f"{NAMES[fate]}"
    if known.suppressed:
        return Decision(row, hashed, Fate.STAYS_OUT, f"{there}, and already suppressed here.")
    if known.state != SubscriberState.CONFIRMED:
        return Decision(row, hashed, fate, f"{there}: suppressed, so that no import subscribes them.")
    if _confirmed_since(known, row.at):
        return Decision(row, hashed, Fate.HERE, f"{there}, but subscribed here since: unchanged.")
    return Decision(row, hashed, fate, f"{there}: unsubscribed here too.", known.subscriber_id)


def _confirmed_since(known: Known, left_at: datetime | None) -> bool:
    """Whether they subscribed after they left there. When we do not know when that was, only their own act counts."""
    if left_at is None:
        return any(method in OWN for method, _at in known.confirmed)
    return any(at > left_at for _method, at in known.confirmed)


def _known(session: Session, hashes: Sequence[bytes]) -> Mapping[bytes, Known]:
    known: dict[bytes, Known] = defaultdict(Known)
    here = select(Subscriber.address_hash, Subscriber.id, Subscriber.state)
    by_id = {}
    for hashed, subscriber_id, state in session.execute(here.where(Subscriber.address_hash.in_(hashes))):
        known[hashed].subscriber_id, known[hashed].state = subscriber_id, state
        by_id[subscriber_id] = known[hashed]
    proofs = select(SignUp.subscriber_id, SignUp.method, SignUp.confirmed_at)
    proofs = proofs.where(SignUp.subscriber_id.in_(by_id), SignUp.confirmed_at.is_not(None))
    for subscriber_id, method, confirmed_at in session.execute(proofs):
        if confirmed_at:
            by_id[subscriber_id].confirmed.append((method, confirmed_at))
    shut_out = select(Suppression.address_hash, Suppression.kind)
    shut_out = shut_out.where(Suppression.address_hash.in_(hashes)).order_by(Suppression.kind)
    for hashed, kind in session.execute(shut_out):
        known[hashed].suppressed.append(kind)
    return known
