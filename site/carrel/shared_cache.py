"""A shared cache (a CDN) is told that the library changed, so that it need not wait for its minute to end.

Nothing depends on it: without this, or when it fails, a page there is old for 60 seconds at most (decision 8).
"""

import requests
import structlog

from carrel.db import Database
from carrel.mail.alarms import raise_alarm
from carrel.settings import Settings

log = structlog.get_logger()
TIMEOUT_SECONDS = 10
TRIES = 2


def purge(settings: Settings, db: Database) -> bool:
    """Ask the operator's PURGE_URL once, after a publication is visible. Whether it went well, or nobody is to be told.

    A failure is an alarm. The address is the operator's own setting, and redirects are not followed: the secret
    header goes there alone.
    """
    if not settings.purge_url:
        return True
    reason = ""
    for _ in range(TRIES):
        if not (reason := _ask(settings)):
            return True
    log.warning("shared cache not purged", problem=reason)
    with db.write() as session:
        raise_alarm(
            session,
            "shared-cache",
            "The shared cache was not purged",
            f"PURGE_URL answered: {reason}. Readers behind that cache see the old pages for at most a minute; "
            "nothing else is affected. Check PURGE_URL and PURGE_HEADER.",
        )
    return False


def _ask(settings: Settings) -> str:
    """One request; the reason when it failed."""
    name, _, value = settings.purge_header.get_secret_value().partition(":")
    headers = {"User-Agent": "Carrel", **({name: value.strip()} if name else {})}
    if settings.purge_body:
        headers["Content-Type"] = "application/json"
    try:
        answer = requests.post(
            settings.purge_url,
            data=settings.purge_body.encode(),
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__
    return "" if answer.ok and not answer.is_redirect else f"status {answer.status_code}"
