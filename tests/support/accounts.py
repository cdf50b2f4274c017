"""The cast: Anna owns an account, Bob another, and a guest has none."""

from sqlalchemy.orm import Session

from carrel.accounts import readers, sessions
from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.mail.addresses import parse

ANNA = "anna@example.org"
BOB = "bob@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def make_reader(db: Database, email: str | None = ANNA, *, ad_free: bool = False) -> Reader:
    """A reader, with a proven address unless it is None."""
    with db.write() as session:
        reader = _made(session, email)
        reader.ad_free = ad_free
        return reader


def _made(session: Session, email: str | None) -> Reader:
    if email is None:
        return readers.create_anonymous(session)
    address = parse(email)
    return readers.of_proven_address(session, address.typed, address.key)


def make_session(
    db: Database, reader: Reader, *, proven: bool = True, browser: str = "Firefox on Linux"
) -> str:
    """A browser that is signed in; the token of its cookie."""
    with db.write() as session:
        return sessions.start(session, readers.get(session, reader.id), browser, proven=proven)
