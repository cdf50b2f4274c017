"""Signing in by mail: ask for a link, come back with it. Nobody learns whether an address has an account."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from carrel import security_events
from carrel.accounts import hooks, links, mails, readers, sessions
from carrel.accounts.mail_limits import Requester, count_mail
from carrel.accounts.models import LinkPurpose, MailedLink, Reader, ReaderSession
from carrel.mail import outbox
from carrel.mail.addresses import Address
from carrel.mail.outbox import URGENT
from carrel.security_events import Event, Outcome
from carrel.settings import Settings


@dataclass(frozen=True)
class Browser:
    """The browser that somebody signs in with: its name, and the session it already has."""

    name: str
    reader_session: ReaderSession | None = None


@dataclass(frozen=True)
class SignedIn:
    """A new session's token, where to go, and the key of the address that was proven."""

    token: str
    next_path: str
    email_key: str


def send_sign_in_link(
    session: Session, settings: Settings, address: Address, requester: Requester, next_path: str
) -> str:
    """Mail a link and a code; the secret for the asking browser. Raises `TooManyRequestsError`.

    The link that this browser asked for before is replaced; what others ask for replaces nothing.
    The same work is done for every address, whether a reader has it or not (AUTH-04).
    """
    count_mail(session, address, requester)
    links.void_of_browser(session, address, requester.asked_before)
    link = links.make(session, LinkPurpose.SIGN_IN, address, next_path=next_path)
    mail = mails.sign_in(settings, link)
    outbox.queue(
        session, key=f"sign_in:{link.key}", to=address.typed, mail=mail, priority=URGENT, private=True
    )
    security_events.log_event(Event.LINK_REQUESTED, Outcome.SUCCESS)
    return link.secret


def sign_in_with_link(session: Session, token: str, browser: Browser) -> SignedIn:
    """Sign in with the mailed link. Raises `LinkUsedError`."""
    return _enter(session, links.use(session, LinkPurpose.SIGN_IN, token), browser, "link")


def sign_in_with_code(session: Session, secret: str, code: str, browser: Browser) -> SignedIn | int:
    """Sign in with the mailed code, or how many tries are left. Raises `LinkUsedError`."""
    used = links.use_by_code(session, secret, code)
    if isinstance(used, int):
        security_events.log_event(Event.READER_WRONG_CODE, Outcome.FAILURE, tries_left=used)
        return used
    return _enter(session, used, browser, "code")


def _enter(session: Session, link: MailedLink, browser: Browser, factor: str) -> SignedIn:
    reader = readers.of_proven_address(session, link.email, link.email_key)
    if browser.reader_session:
        _end_previous_session(session, browser.reader_session, reader)
    hooks.address_proven(session, reader)
    token = sessions.start(session, reader, browser.name, proven=True)
    security_events.log_event(
        Event.READER_SIGN_IN, Outcome.SUCCESS, actor=f"reader:{reader.id}", factor=f"mailed {factor}"
    )
    return SignedIn(token, link.next_path, link.email_key)


def _end_previous_session(session: Session, old: ReaderSession, reader: Reader) -> None:
    """End the browser's old session (no fixation); what it bought without an account goes to the reader."""
    previous = readers.get(session, old.reader_id)
    if previous.email is None and previous.erased_at is None and previous.merged_into_id is None:
        readers.merge(session, previous, reader)
    sessions.end_here(session, old.id)
