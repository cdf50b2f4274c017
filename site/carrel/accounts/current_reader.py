"""Who is asking, for views: the audience of the page, the session, and the refusals that become redirects."""

from flask import g, request

from carrel import security_events
from carrel.accounts import known_browsers, sessions
from carrel.accounts.audience import audience_of, note_activity
from carrel.accounts.mail_limits import Requester
from carrel.accounts.models import ReaderSession
from carrel.http import cookies
from carrel.mail.addresses import Address
from carrel.page_cache import Audience
from carrel.services import audience_version, services


class SignInRequiredError(Exception):
    """This page belongs to one reader. `next_path` is where to come back to."""

    def __init__(self, next_path: str) -> None:
        super().__init__(next_path)
        self.next_path = next_path


class ReauthenticationRequiredError(SignInRequiredError):
    """Signed in, but the address was proven too long ago for what is asked."""


def audience() -> Audience:
    """The audience of this request: from memory most of the time, and nothing personal."""
    cookie = cookies.SESSION.value()
    return audience_of(services(), cookie, audience_version()) if cookie else Audience.GUEST


def reader_session() -> ReaderSession | None:
    """The session of this request with its reader, read from the database once. Not for cached pages."""
    if "reader_session" not in g:
        g.reader_session = _read()
    current: ReaderSession | None = g.reader_session
    return current


def signed_in() -> ReaderSession | None:
    """The session of somebody who may see the account."""
    current = reader_session()
    return current if current and sessions.may_see_account(current) else None


def required() -> ReaderSession:
    """The session of somebody who may see the account. Raises `SignInRequiredError`."""
    if current := signed_in():
        return current
    raise SignInRequiredError(_return_path())


def fresh() -> ReaderSession:
    """The session of somebody who proved the address in the last five minutes. Raises `SignInRequiredError`."""
    current = required()
    if not sessions.is_fresh(current):
        raise ReauthenticationRequiredError(_return_path())
    return current


def requester(address: Address) -> Requester:
    """Who asks for a mail to this address: a browser that has signed in with it before, or anybody."""
    known = known_browsers.recognize(services().signer, address.key, cookies.KNOWN_BROWSER.value())
    here = reader_session()
    if not known and here and here.reader.email_key == address.key:
        known = f"session {here.id}"
    return Requester(request.remote_addr, known, cookies.SIGN_IN.value())


def _read() -> ReaderSession | None:
    with services().db.read() as session:
        current = sessions.find(session, cookies.SESSION.value())
    if current:
        security_events.identify(f"reader:{current.reader_id}")
        note_activity(services(), current)
    return current


def _return_path() -> str:
    return request.path if request.method == "GET" else "/account/"
