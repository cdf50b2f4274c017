"""The power fails while the database writes its log: what was committed up to there is all there is."""

import hashlib
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.mail import outbox
from carrel.mail.models import OutboxMail, OutboxState
from payments.models import Grant, Order, Payment
from tests.faults.conftest import FULL
from tests.support.accounts import make_reader
from tests.support.mail import HELLO
from tests.support.newsletter import put_subscriber
from tests.support.state import dump
from website.backup.sqlite_copy import verify

COMMITS = 24
OFFSETS = 1_000 if FULL else 25
FRAME = 4096 + 24  # https://sqlite.org/fileformat2.html#walformat: each page stands behind a head of 24 bytes
HEAD = 32


def live(db: Database) -> Iterator[str]:
    """A site's days: somebody comes, buys, is mailed, subscribes, is forgotten. What is there after each commit."""
    for number in range(COMMITS // 4):
        reader = make_reader(db, f"reader-{number}@example.org")
        yield seen(db)
        with db.write() as session:
            buy(session, reader.id, number)
            session.execute(update(Reader).where(Reader.id == reader.id).values(ad_free=True))
            outbox.queue(session, key=f"purchase:{number}", to=f"reader-{number}@example.org", mail=HELLO)
        yield seen(db)
        with db.write() as session:
            put_subscriber(session, f"reader-{number}@example.org")
        yield seen(db)
        with db.write() as session:
            old = select(OutboxMail.id).where(OutboxMail.state == OutboxState.QUEUED).limit(1)
            session.execute(delete(OutboxMail).where(OutboxMail.id.in_(old)))
        yield seen(db)


def buy(session: Session, reader_id: int, number: int) -> None:
    now, what = clock.now(), {"currency": "usd"}
    order = Order(
        reference=f"r{number}", reader_id=reader_id, price_cents=499, title="t", return_to="/", **what
    )
    order.created_at, order.expires_at, order.state = now, now, "paid"
    order.checkout_session_id = f"cs_{number}"
    session.add(order)
    session.flush()
    payment = Payment(
        order_id=order.id, checkout_session_id=f"cs_{number}", payment_intent=f"pi_{number}", **what
    )
    payment.amount_cents = payment.subtotal_cents = 499
    payment.outcome, payment.paid_at, payment.recorded_at = "granted", now, now
    session.add(payment)
    session.flush()
    grant = Grant(kind="purchase", payment_id=payment.id, checkout_session_id=f"cs_{number}", recorded_at=now)
    session.add(grant)


def seen(db: Database) -> str:
    return hashlib.sha256(dump(db).encode()).hexdigest()


def cut(log: bytes, at: int) -> bytes:
    return log[:at]


def zeroed(log: bytes, at: int) -> bytes:
    return log[:at] + bytes(len(log) - at)


def garbled(log: bytes, at: int) -> bytes:
    return log[:at] + random.Random(at).randbytes(len(log) - at)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_data_05_a_torn_log_gives_a_prefix_of_what_was_committed(db: Database, tmp_path: Path) -> None:
    file, chance = Path(str(db.url.database)), random.Random(5)
    history = [seen(db), *live(db)]
    assert len(set(history)) == COMMITS + 1
    log = Path(f"{file}-wal").read_bytes()
    assert len(log) > HEAD + FRAME * COMMITS
    tears: list[Callable[[bytes, int], bytes]] = [cut, zeroed, garbled]
    reached = []
    for number, at in enumerate(sorted(chance.randrange(len(log) + 1) for _ in range(OFFSETS))):
        torn = tmp_path / f"torn-{number}.db"
        shutil.copy(file, torn)
        Path(f"{torn}-wal").write_bytes(tears[number % 3](log, at))
        verify(torn)  # integrity and foreign keys
        found = Database(f"sqlite:///{torn}")
        now = seen(found)
        found.close()
        assert now in history, f"half a commit after a tear at byte {at}"
        reached.append(history.index(now))
        for end in ("", "-wal", "-shm"):
            Path(f"{torn}{end}").unlink(missing_ok=True)
    for kind in range(len(tears)):  # what ends in zeros may bear zeroing where it would not bear a cut
        assert reached[kind::3] == sorted(reached[kind::3])
    assert reached[0] < COMMITS / 2 < reached[-1]
