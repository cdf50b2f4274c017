"""Which audience a session cookie belongs to: read once a minute, and at once after the version of audiences rose."""

import structlog
from sqlalchemy.exc import OperationalError

from carrel.accounts import sessions
from carrel.accounts.models import ReaderSession
from carrel.page_cache import Audience
from carrel.services import Services

log = structlog.get_logger()


def audience_of(services: Services, cookie: str, version: int) -> Audience:
    """The audience of this session cookie ("" for a guest). At most 60 s old (decision 8).

    While the database is away, the last known audience stands; without one a page is a guest's.
    """
    if len(cookie) != sessions.TOKEN_LENGTH:
        return Audience.GUEST
    audience = services.audience_cache.get(cookie, version)
    if audience is None:
        try:
            audience = _read(services, cookie)
        except OperationalError as error:
            log.warning("audience not read", problem=str(error.orig))
            return services.audience_cache.last(cookie) or Audience.GUEST
        services.audience_cache.put(cookie, audience, version)
    return audience


def _read(services: Services, cookie: str) -> Audience:
    with services.db.read() as session:
        reader_session = sessions.find(session, cookie)
    if reader_session is None:
        return Audience.GUEST
    note_activity(services, reader_session)
    return Audience.PASS if reader_session.reader.ad_free else Audience.READER


def note_activity(services: Services, reader_session: ReaderSession) -> None:
    """Note that a session was seen, once an hour. Reading goes on when the database cannot be written."""
    if not sessions.is_due_for_note(reader_session):
        return
    try:
        with services.db.write() as session:
            sessions.note_activity(session, reader_session.id)
    except OperationalError as error:
        log.warning("activity not noted", problem=str(error.orig))
