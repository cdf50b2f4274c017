"""Readers: created, found, merged. `erasure` erases them."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.accounts import hooks, links
from carrel.accounts.models import MailedLink, Reader, ReaderSession
from carrel.db import insert_new
from carrel.page_cache import bump_audience_version


class ReaderNotFoundError(LookupError):
    """There is no reader with this id."""

    def __init__(self, reader_id: int) -> None:
        super().__init__(f"no reader {reader_id}")
        self.reader_id = reader_id


def create_anonymous(session: Session) -> Reader:
    """A reader without an address: somebody who buys without an account (decision 1)."""
    reader = Reader(created_at=clock.now())
    session.add(reader)
    session.flush()
    return reader


def get(session: Session, reader_id: int) -> Reader:
    """The reader. Raises `ReaderNotFoundError`."""
    reader = session.get(Reader, reader_id)
    if reader is None:
        raise ReaderNotFoundError(reader_id)
    return reader


def by_address(session: Session, email_key: str) -> Reader | None:
    """Whose address that is."""
    return session.scalars(select(Reader).where(Reader.email_key == email_key)).one_or_none()


def of_proven_address(session: Session, email: str, email_key: str) -> Reader:
    """The reader with this address, created if there is none. Only for somebody who has just proven it."""
    insert_new(session, Reader, email=email, email_key=email_key, created_at=clock.now())
    return session.scalars(select(Reader).where(Reader.email_key == email_key)).one()


def set_ad_free(session: Session, reader_id: int, ad_free: bool) -> bool:
    """Write the projection of the ledger; only `payments` calls this. Whether it changed anything."""
    changed = update(Reader).where(Reader.id == reader_id, Reader.ad_free != ad_free)
    if session.scalars(changed.values(ad_free=ad_free).returning(Reader.id)).first() is None:
        return False
    bump_audience_version(session)
    return True


def merge(session: Session, from_reader: Reader, into_reader: Reader) -> None:
    """Two readers are one person: everything of the first becomes the second's.

    Sessions that move are unproven: those browsers keep their audience, but never see the account, as
    nobody has proven anything there. The caller answers for the proof that they are one.
    """
    if from_reader.id == into_reader.id:
        return
    hooks.readers_merged(session, from_reader.id, into_reader.id)
    moving = update(ReaderSession).where(ReaderSession.reader_id == from_reader.id)
    session.execute(moving.values(reader_id=into_reader.id, proven_at=None))
    links.void(session, MailedLink.reader_id == from_reader.id)
    from_reader.email = from_reader.email_key = None
    from_reader.merged_into_id = into_reader.id
    session.flush()
    bump_audience_version(session)
    audit.record(
        session, actor=f"reader:{into_reader.id}", action="reader.merge", subject=f"reader:{from_reader.id}"
    )
