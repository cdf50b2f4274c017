"""The pen: what a connection to the mail server has to write down.

Before each DATA a mark must be committed. It is one statement, with the end of the mail before in it.
"""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from carrel.db import Database
from carrel.mail.outcomes import Sent
from newsletter.delivery import claims
from newsletter.delivery.outcome_recorder import Note, record


def turns(db: Database) -> AbstractContextManager[object]:
    """What the pens of a process share: who finds SQLite's one lock taken sleeps; PostgreSQL takes all at once."""
    return threading.Lock() if db.is_sqlite else nullcontext()


class DeliveryRecorder:
    """Writes for one connection to the mail server."""

    def __init__(self, db: Database, owner: str, in_turn: AbstractContextManager[object]) -> None:
        self._db = db
        self._owner = owner
        self._marker = db.marker(claims.MARK)
        self._in_turn = in_turn

    def write(self, notes: Sequence[Note], begin: int | None = None) -> bool:
        """Commit the notes, and whether the delivery `begin` may go out now.

        Raises what the database raised: then some of it was not written, or we cannot know.
        """
        others = [note for note in notes if not isinstance(note.outcome, Sent)]
        if others:
            with self._db.write() as session:
                for note in others:
                    record(session, note, self._owner)
        sent = [note.delivery.id for note in notes if isinstance(note.outcome, Sent)]
        with self._in_turn:
            for each in sent[1:]:
                claims.mark(self._marker, each, None, self._owner)
            return claims.mark(self._marker, sent[0] if sent else None, begin, self._owner)

    def rest(self) -> None:
        """Give the connection back."""
        self._marker.close()
