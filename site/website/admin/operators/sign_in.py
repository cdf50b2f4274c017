"""Signing in: address, password and code in one step, so that no step can be skipped (AUTH-08, AUTH-09)."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import security_events
from carrel.accounts import known_browsers, limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours, minutes
from carrel.ip_prefix import ip_key, network_key
from carrel.mail import addresses
from carrel.mail.alarms import raise_alarm
from carrel.security_events import Event, Outcome
from carrel.services import Services
from carrel.tokens import Signer
from website.admin.operators import audit, codes, passwords, sessions
from website.admin.operators.models import Operator, OperatorSession

PER_IP: Final = Limit(5, minutes(15))
PER_NETWORK: Final = Limit(30, hours(1))
PER_KNOWN_BROWSER: Final = Limit(10, minutes(15))
# Only somebody who knows the password comes as far as this one: no stranger can lock an operator out. Browsers that
# the operator signed in with before, and sessions, are counted one by one: nor can a thief of the password.
PER_OPERATOR: Final = Limit(5, minutes(15))


class SignInFailedError(Exception):
    """Address, password or code is wrong; which of them is not said."""


@dataclass(frozen=True)
class SignInSource:
    """From where somebody signs in: the IP, the browser in words, and its device cookie."""

    ip: str | None
    browser: str
    device_cookie: str = ""

    @property
    def network(self) -> str:
        """The network address, truncated to what may be kept."""
        return network_key(self.ip)


def authenticate(services: Services, email: str, password: str, code: str, place: SignInSource) -> str:
    """The token of a new session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    with services.db.read() as session:
        operator = _by_address(session, email)
    browser = known_browser(services.signer, operator.id, place) if operator else ""
    with services.db.write() as session:
        count_attempt(session, "operator", place, browser)
    # Hashing takes a while: no transaction is open.
    if not passwords.matches(operator.password_hash if operator else None, password) or operator is None:
        security_events.log_event(
            Event.OPERATOR_SIGN_IN_REFUSED,
            Outcome.FAILURE,
            factor="password",
            subject=f"operator:{operator.id}" if operator else "nobody",
        )
        raise SignInFailedError
    _use_code(services, operator, code, browser)
    with services.db.write() as session:
        audit.record(session, operator, "operator.sign_in", after={"factors": "password, code"})
        return sessions.start(session, operator.id, place.browser, place.network)


def prove_again(services: Services, current: OperatorSession, code: str) -> None:
    """Before a sensitive action: another code, in the same session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    _use_code(services, current.operator, code, f"session {current.id}")
    with services.db.write() as session:
        sessions.prove(session, current.id)
    security_events.log_event(Event.OPERATOR_CONFIRMED, Outcome.SUCCESS, factor="code")


def known_browser(signer: Signer, operator_id: int, place: SignInSource) -> str:
    """The id of the browser if this operator signed in with it before, else an empty string."""
    return known_browsers.recognize(signer, f"operator {operator_id}", place.device_cookie)


def device_cookie(signer: Signer, operator_id: int) -> str:
    """What a browser gets that this operator has just signed in with."""
    return known_browsers.issue(signer, f"operator {operator_id}")


def count_attempt(session: Session, name: str, place: SignInSource, browser: str) -> None:
    """Count a try to sign in: of the known browser, or of the network. Raises `TooManyRequestsError`."""
    if browser:
        limits.check(session, f"{name}-browser", browser, PER_KNOWN_BROWSER)
        return
    limits.check(session, f"{name}-ip", ip_key(place.ip), PER_IP)
    limits.check(session, f"{name}-network", network_key(place.ip), PER_NETWORK)


def _use_code(services: Services, operator: Operator, code: str, browser: str) -> None:
    """`browser`: a known one, or a session; all others together have one limit."""
    try:
        with services.db.write() as session:
            limits.check(session, "operator-code", f"{operator.id} {browser}".rstrip(), PER_OPERATOR)
    except TooManyRequestsError:
        _warn(services, operator)
        raise
    with services.db.write() as session:
        if codes.use_code(session, services.signer, operator, code):
            return
        audit.record(session, operator, "operator.wrong_code", outcome=Outcome.FAILURE)
    raise SignInFailedError


def _warn(services: Services, operator: Operator) -> None:
    text = (
        f"Someone entered the correct password of {operator.email} with a wrong code too many times. "
        f"If it was not them, their password is known to someone else: run carrel operator reset {operator.email}"
    )
    with services.db.write() as session:
        raise_alarm(session, f"operator-code:{operator.id}", "Someone is guessing an operator's codes", text)


def _by_address(session: Session, email: str) -> Operator | None:
    try:
        key = addresses.key_of(email)
    except addresses.InvalidAddressError:
        return None
    return session.scalars(select(Operator).where(Operator.email_key == key)).one_or_none()
