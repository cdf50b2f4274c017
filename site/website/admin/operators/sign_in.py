"""Signing in: address, password and code in one step, so that no step can be skipped (AUTH-08, AUTH-09)."""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours, minutes
from carrel.mail import addresses
from carrel.mail.alarms import raise_alarm
from carrel.services import Services
from website.admin.operators import audit, codes, passwords, sessions
from website.admin.operators.models import Operator, OperatorSession

log = structlog.get_logger()
PER_IP: Final = Limit(5, minutes(15))
PER_NETWORK: Final = Limit(30, hours(1))
# Only somebody who knows the password comes as far as this one: no stranger can lock an operator out.
PER_OPERATOR: Final = Limit(5, minutes(15))


class SignInFailedError(Exception):
    """Address, password or code is wrong; which of them is not said."""


@dataclass(frozen=True)
class SignInSource:
    """From where somebody signs in: the IP, and the browser in words."""

    ip: str | None
    browser: str

    @property
    def network(self) -> str:
        """The network address, truncated to what may be kept."""
        return limits.network_key(self.ip)


def authenticate(services: Services, email: str, password: str, code: str, place: SignInSource) -> str:
    """The token of a new session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    with services.db.write() as session:
        limits.check(session, "operator-ip", limits.ip_key(place.ip), PER_IP)
        limits.check(session, "operator-network", limits.network_key(place.ip), PER_NETWORK)
    with services.db.read() as session:
        operator = _by_address(session, email)
    # Hashing takes a while: no transaction is open.
    if not passwords.matches(operator.password_hash if operator else None, password) or operator is None:
        log.warning("an operator's sign-in was refused", why="address or password")
        raise SignInFailedError
    _use_code(services, operator, code)
    with services.db.write() as session:
        audit.record(session, operator, "operator.sign_in")
        return sessions.start(session, operator.id, place.browser, place.network)


def prove_again(services: Services, current: OperatorSession, code: str) -> None:
    """Before a sensitive action: another code, in the same session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    _use_code(services, current.operator, code)
    with services.db.write() as session:
        sessions.prove(session, current.id)


def _use_code(services: Services, operator: Operator, code: str) -> None:
    try:
        with services.db.write() as session:
            limits.check(session, "operator-code", str(operator.id), PER_OPERATOR)
    except TooManyRequestsError:
        _warn(services, operator)
        raise
    with services.db.write() as session:
        if codes.use_code(session, services.signer, operator, code):
            return
        audit.record(session, operator, "operator.wrong_code")
    log.warning("an operator's sign-in was refused", why="code", operator=operator.id)
    raise SignInFailedError


def _warn(services: Services, operator: Operator) -> None:
    text = (
        f"The password of {operator.email} was right, and the code beside it was wrong too often. "
        f"If that was not they, somebody has the password: run carrel operator reset {operator.email}"
    )
    with services.db.write() as session:
        raise_alarm(session, f"operator-code:{operator.id}", "Codes of an operator are being guessed", text)


def _by_address(session: Session, email: str) -> Operator | None:
    try:
        key = addresses.key_of(email)
    except addresses.InvalidAddressError:
        return None
    return session.scalars(select(Operator).where(Operator.email_key == key)).one_or_none()
