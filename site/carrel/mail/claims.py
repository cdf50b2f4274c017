"""Claims on the outbox: one worker holds a mail for a while, and says what became of it.

A claim is a lease with an owner. Every later step names the owner, so that a worker that slept past
its lease can neither send nor record anything (MF-06).
"""

import random
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import holds
from carrel.mail.models import MailState, OutboxMail
from carrel.mail.outbox import PACES, WIPED
from carrel.tokens import new_token

CLAIM_LEASE = timedelta(minutes=3)  # covers the conversation up to DATA
HANDING_LEASE = timedelta(minutes=10)  # covers the wait for the last reply
SOONER, LATER = 0.8, 1.2  # the pauses vary, so that what failed together does not come back together
LONGEST_STEP = timedelta(seconds=LATER * max(step for pace in PACES.values() for step in pace.steps))
_chance = random.SystemRandom()


def is_anything_due(session: Session) -> bool:
    """A look that takes no lock."""
    return session.scalars(select(OutboxMail.id).where(*_due()).limit(1)).first() is not None


def claim(session: Session) -> OutboxMail | None:
    """Take the most urgent due mail: atomic on both databases."""
    # "asked" sorts before "usual".
    first = select(OutboxMail.id).where(*_due()).order_by(OutboxMail.pace, OutboxMail.due_at, OutboxMail.id)
    taken = (
        update(OutboxMail)
        .where(OutboxMail.id == first.limit(1).with_for_update(skip_locked=True).scalar_subquery())
        .where(OutboxMail.state == MailState.QUEUED)
        .values(
            state=MailState.CLAIMED,
            owner=new_token(),
            lease_until=clock.now() + CLAIM_LEASE,
            tries=OutboxMail.tries + 1,
        )
    )
    return session.scalars(taken.returning(OutboxMail)).first()


def begin_handing_over(session: Session, mail: OutboxMail) -> bool:
    """The fencing check before DATA: is the claim still ours? From here on the mail may have left us."""
    now = clock.now()
    held = update(OutboxMail).where(
        *_ours(mail), OutboxMail.state == MailState.CLAIMED, OutboxMail.lease_until > now
    )
    marked = held.values(handing_over=True, lease_until=now + HANDING_LEASE).returning(OutboxMail.id)
    return session.scalars(marked).first() is not None


def end(session: Session, mail: OutboxMail, state: MailState, problem: str = "") -> None:
    """The mail is over. A private one keeps nothing that a thief of the database could use."""
    kept = WIPED if mail.private else {}
    ended = update(OutboxMail).where(*_ours(mail))
    session.execute(
        ended.values(state=state, problem=problem[:300], held_up=False, ended_at=clock.now(), **kept)
    )


def try_again(session: Session, mail: OutboxMail, problem: str) -> bool:
    """Put it back for a later try. False, and the mail failed, when its tries or its time are used up."""
    pace = PACES[mail.pace]
    wait = pace.steps[min(mail.tries, len(pace.steps)) - 1] * _chance.uniform(SOONER, LATER)
    due_at = clock.now() + timedelta(seconds=wait)
    if mail.tries >= pace.tries or due_at > mail.created_at + pace.lasts:
        end(session, mail, MailState.FAILED, f"given up after {mail.tries} tries: {problem}")
        return False
    _back(session, mail, due_at=due_at, held_up=False, problem=problem[:300])
    return True


def give_back(session: Session, mail: OutboxMail, problem: str) -> None:
    """The mail server cannot be used, which is no try of this mail; only its time runs on."""
    if clock.now() >= mail.created_at + PACES[mail.pace].lasts:
        end(session, mail, MailState.FAILED, f"too late: {problem}")
        return
    _back(session, mail, tries=mail.tries - 1, held_up=True, problem=problem[:300])


def sweep(session: Session) -> list[OutboxMail]:
    """Settle what dead workers left: back into the queue, or uncertain when it may have been sent.

    Returns those that became uncertain.
    """
    expired = select(OutboxMail).where(
        OutboxMail.state == MailState.CLAIMED, clock.has_passed(OutboxMail.lease_until, HANDING_LEASE)
    )
    uncertain = []
    for mail in session.scalars(expired.with_for_update(skip_locked=True)).all():
        if mail.handing_over and not PACES[mail.pace].again_after_crash:
            end(session, mail, MailState.UNCERTAIN, "the worker ended while the mail was being handed over")
            uncertain.append(mail)
        else:
            _back(session, mail)
    _bring_near(session)
    return uncertain


def _bring_near(session: Session) -> None:
    """What is due later than anything we put off was queued before the clock went back: it is due now."""
    far = OutboxMail.state == MailState.QUEUED, clock.is_of_another_clock(OutboxMail.due_at, LONGEST_STEP)
    session.execute(update(OutboxMail).where(*far).values(due_at=clock.now()))


def _back(session: Session, mail: OutboxMail, **values: object) -> None:
    free = {"state": MailState.QUEUED, "owner": None, "lease_until": None, "handing_over": False}
    session.execute(update(OutboxMail).where(*_ours(mail)).values(**free, **values))


def _due() -> tuple[ColumnElement[bool], ...]:
    return OutboxMail.state == MailState.QUEUED, OutboxMail.due_at <= clock.now(), holds.may_go()


def _ours(mail: OutboxMail) -> tuple[ColumnElement[bool], ...]:
    # Also an uncertain mail keeps its owner: when its worker comes back with the reply, it is settled.
    return OutboxMail.id == mail.id, OutboxMail.owner == mail.owner
