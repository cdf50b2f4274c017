"""The pen: what several connections have to write down is committed together.

Before each DATA a mark must be committed. One commit for each mail would be too slow; so while one
thread commits, what the others bring gathers, and goes into the next commit.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from newsletter.delivery import claims
from newsletter.delivery.recording import Note, record
from website.db import Database
from website.mail.outcomes import Sent


@dataclass
class Page:
    """What one connection brings: notes on mails that are over, and the one that it wants to begin."""

    notes: Sequence[Note]
    begin: int | None
    is_written: bool = False
    may_begin: bool = False
    failure: Exception | None = None


class Pen:
    """Writes for one owner."""

    def __init__(self, db: Database, owner: str) -> None:
        self._db = db
        self._owner = owner
        self._connection: Connection | None = None
        self._waiting: list[Page] = []
        self._gathering = threading.Lock()
        self._writing = threading.Lock()

    def write(self, notes: Sequence[Note], begin: int | None = None) -> bool:
        """Commit the notes, and whether the delivery `begin` may go out now.

        Raises what the database raised: then nothing of this page was written, or we cannot know.
        """
        page = Page(notes, begin)
        with self._gathering:
            self._waiting.append(page)
        with self._writing:
            if not page.is_written:
                self._commit(self._gathered())
        if page.failure:
            raise page.failure
        return page.may_begin

    def _gathered(self) -> list[Page]:
        with self._gathering:
            pages, self._waiting = self._waiting, []
        return pages

    def rest(self) -> None:
        """Give the connection back; the next page takes another."""
        with self._writing:
            self._drop()

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _commit(self, pages: Sequence[Page]) -> None:
        wanted = [page.begin for page in pages if page.begin is not None]
        try:
            self._connection = self._connection or self._db.marker()
            with self._connection.begin():
                self._record(self._connection, [note for page in pages for note in page.notes])
                begun = claims.begin(self._connection, wanted, self._owner)
        except Exception as failure:
            self._drop()
            for page in pages:
                page.failure = failure
        else:
            for page in pages:
                page.may_begin = page.begin in begun
        finally:
            for page in pages:
                page.is_written = True

    def _record(self, connection: Connection, notes: Sequence[Note]) -> None:
        sent = [note.delivery.id for note in notes if isinstance(note.outcome, Sent)]
        claims.mark_sent(connection, sent, self._owner)
        others = [note for note in notes if not isinstance(note.outcome, Sent)]
        if others:
            with Session(connection) as session:  # in the transaction of the connection
                for note in others:
                    record(session, note, self._owner)
                session.commit()
