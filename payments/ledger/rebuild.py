"""Rebuilding entitlements from the ledger, and finding accounts that differ from it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts.models import Reader
from carrel.db import Database
from payments.ledger import entries
from payments.ledger.entitlement import EntitlementReason, derive_entitlement

BATCH = 500


@dataclass(frozen=True)
class EntitlementMismatch:
    """A reader whose account and ledger differ on whether they have the pass."""

    reader_id: int
    account_ad_free: bool
    reason: EntitlementReason

    def __str__(self) -> str:
        has = "has the pass" if self.account_ad_free else "has no pass"
        return f"Reader {self.reader_id} {has}, but by the ledger: {self.reason}."


def find_mismatches(db: Database) -> Iterator[EntitlementMismatch]:
    """Check every reader, in batches."""
    last = 0
    while True:
        with db.read() as session:
            batch = session.scalars(
                select(Reader).where(Reader.id > last).order_by(Reader.id).limit(BATCH)
            ).all()
            mismatches = [mismatch for reader in batch if (mismatch := _mismatch(session, reader))]
        yield from mismatches
        if not batch:
            return
        last = batch[-1].id


def rebuild_reader(db: Database, reader_id: int) -> None:
    """Set one reader's account from the ledger."""
    with db.write() as session:
        entries.lock(session)
        entries.update_entitlement(session, reader_id)


def _mismatch(session: Session, reader: Reader) -> EntitlementMismatch | None:
    entitlement = derive_entitlement(entries.reader_history(session, reader.id))
    return (
        None
        if entitlement.ad_free == reader.ad_free
        else EntitlementMismatch(reader.id, reader.ad_free, entitlement.reason)
    )
