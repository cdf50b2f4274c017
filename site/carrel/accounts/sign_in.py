"""Signing in by mail: ask for a link, come back with it. Nobody learns whether an address has an account."""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from carrel.accounts import hooks, limits, links, mails, readers, sessions
from carrel.accounts.limits import Limit, hours, minutes
from carrel.accounts.models import MailedLink, Purpose, Reader, ReaderSession
from carrel.mail import outbox
from carrel.mail.addresses import Address
from carrel.mail.outbox import URGENT
from carrel.settings import Settings

log = structlog.get_logger()
PER_ADDRESS = (Limit(3, minutes(10)), Limit(10, hours(24)))
PER_IP = Limit(5, hours(1))
PER_NETWORK = Limit(10, minutes(30))
PER_SITE = Limit(300, hours(1))


@dataclass(frozen=True)
class Browser:
    """The browser that somebody signs in with: its name, and the session it already has."""

    name: str
    session: ReaderSession | None = None


@dataclass(frozen=True)
class SignedIn:
    """A new session's token, and where to go."""

    token: str
    next_path: str


def ask(session: Session, settings: Settings, address: Address, ip: str | None, next_path: str) -> str:
    """Mail a link and a code; the secret for the asking browser. Raises `TooManyRequestsError`.

    The same work is done for every address, whether a reader has it or not (AUTH-04).
    """
    count(session, address, ip)
    made = links.make(session, Purpose.SIGN_IN, address, next_path=next_path)
    mail = mails.sign_in(settings, made)
    outbox.queue(
        session, key=f"sign_in:{made.key}", to=address.typed, mail=mail, priority=URGENT, private=True
    )
    return made.secret


def count(session: Session, address: Address, ip: str | None) -> None:
    """Count a mail that somebody makes us send to an address. Raises `TooManyRequestsError`."""
    limits.check(session, "mail-address", address.key, *PER_ADDRESS)
    limits.check(session, "mail-ip", limits.ip_key(ip), PER_IP)
    limits.check(session, "mail-network", limits.network_key(ip), PER_NETWORK)
    limits.check(session, "mail-site", "all", PER_SITE, alarm=True)


def by_link(session: Session, token: str, browser: Browser) -> SignedIn:
    """Sign in with the mailed link. Raises `LinkUsedError`."""
    return _enter(session, links.use(session, Purpose.SIGN_IN, token), browser)


def by_code(session: Session, secret: str, code: str, browser: Browser) -> SignedIn | int:
    """Sign in with the mailed code, or how many tries are left. Raises `LinkUsedError`."""
    used = links.use_by_code(session, secret, code)
    return used if isinstance(used, int) else _enter(session, used, browser)


def _enter(session: Session, link: MailedLink, browser: Browser) -> SignedIn:
    reader = readers.of_proven_address(session, link.email, link.email_key)
    if browser.session:
        _leave_behind(session, browser.session, reader)
    hooks.address_proven(session, reader)
    token = sessions.start(session, reader, browser.name, proven=True)
    log.info("signed in", reader=reader.id)
    return SignedIn(token, link.next_path)


def _leave_behind(session: Session, old: ReaderSession, reader: Reader) -> None:
    """The browser's old session ends (no fixation); what it bought without an account comes along."""
    before = readers.get(session, old.reader_id)
    if before.email is None and before.erased_at is None and before.merged_into_id is None:
        readers.merge(session, before, reader)
    sessions.end_here(session, old.id)
