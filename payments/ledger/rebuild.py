"""Deriving every entitlement again from the ledger, and telling where an account says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.db import Database
from payments.ledger import entries
from payments.ledger.entitlement import Reason, entitled

BATCH = 500


@dataclass(frozen=True)
class Drift:
    """A reader whose account does not say what the ledger does."""

    reader_id: int
    says: bool
    reason: Reason

    def __str__(self) -> str:
        has = "has the pass" if self.says else "has no pass"
        return f"Reader {self.reader_id} {has}, but by the ledger: {self.reason}."


def drifts(db: Database) -> Iterator[Drift]:
    """Compare every reader, in batches."""
    last = 0
    while True:
        with db.read() as session:
            batch = session.scalars(
                select(Reader).where(Reader.id > last).order_by(Reader.id).limit(BATCH)
            ).all()
            found = [drift for reader in batch if (drift := _drift(session, reader))]
        yield from found
        if not batch:
            return
        last = batch[-1].id


def rebuild(db: Database, reader_id: int) -> None:
    """Set one reader's account by the ledger."""
    with db.write() as session:
        entries.lock(session)
        entries.project(session, reader_id)


def _drift(session: Session, reader: Reader) -> Drift | None:
    verdict = entitled(entries.history_of(session, reader.id))
    return None if verdict.ad_free == reader.ad_free else Drift(reader.id, reader.ad_free, verdict.reason)
