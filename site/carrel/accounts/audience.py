"""Which edition a cookie gets: asked of the database once a minute, and at once after the epoch rose."""

import structlog
from sqlalchemy.exc import OperationalError

from carrel.accounts import sessions
from carrel.http.services import Services
from carrel.page_cache import Audience

log = structlog.get_logger()


def edition_of(services: Services, cookie: str) -> Audience:
    """The edition for this session cookie ("" for a guest). At most 60 s old (decision 8).

    While the database cannot be asked, the last verdict stands; without one a page is a guest's.
    """
    if len(cookie) != sessions.TOKEN_LENGTH:
        return Audience.GUEST
    epoch = services.epoch.value()
    kept = services.verdicts.get(cookie, epoch)
    if kept is None:
        try:
            kept = _ask(services, cookie)
        except OperationalError as away:
            log.warning("verdict not asked", problem=str(away.orig))
            return services.verdicts.last(cookie) or Audience.GUEST
        services.verdicts.put(cookie, kept, epoch)
    return kept


def _ask(services: Services, cookie: str) -> Audience:
    with services.db.read() as session:
        found = sessions.find(session, cookie)
    if found is None:
        return Audience.GUEST
    note_seen(services, found.id, stale=sessions.is_stale(found))
    return Audience.PASS if found.reader.ad_free else Audience.READER


def note_seen(services: Services, session_id: int, *, stale: bool) -> None:
    """Note that a session was seen. Reading goes on when the database cannot be written."""
    if not stale:
        return
    try:
        with services.db.write() as session:
            sessions.note(session, session_id)
    except OperationalError as away:
        log.warning("last seen not noted", problem=str(away.orig))
