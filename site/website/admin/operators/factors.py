"""Changing what signs an operator in: every other session ends, and a mail says so (ASVS 6.3.7, ASVS 7.4.3)."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from carrel.accounts import limits
from carrel.security_events import Outcome
from carrel.services import Services
from carrel.settings import Settings
from website.admin.operators import audit, codes, notices, passwords, sessions, staff
from website.admin.operators.models import Operator, OperatorSession
from website.admin.operators.notices import Change
from website.admin.operators.sign_in import PER_OPERATOR


class WrongPasswordError(Exception):
    """It is not the current password."""


def announce(session: Session, settings: Settings, here: OperatorSession, change: Change) -> None:
    """End the operator's other sessions, and mail them what was changed in this one."""
    sessions.end_all(session, here.operator_id, but=here.id)
    notices.queue(session, settings, here.operator, change, notices.browser_of(here))


def change_password(services: Services, here: OperatorSession, current: str, new: str) -> None:
    """Take a new password. Raises `WeakPasswordError`, `WrongPasswordError`, `TooManyRequestsError`."""
    operator = here.operator
    if new == current:
        raise passwords.WeakPasswordError("That is already your password.")
    passwords.check_new(new, passwords.context_words(operator.email, services.settings.site_name))
    with services.db.write() as session:
        limits.check(session, "operator-password", str(operator.id), PER_OPERATOR)
    # Hashing takes a while: no transaction is open.
    if not passwords.matches(operator.password_hash, current):
        with services.db.write() as session:
            audit.record(session, operator, "operator.wrong_password", outcome=Outcome.FAILURE)
        raise WrongPasswordError
    hashed = passwords.hash_password(new)
    # Meanwhile somebody may have reset the operator.
    unchanged = update(Operator).where(
        Operator.id == operator.id, Operator.password_hash == operator.password_hash
    )
    with services.db.write() as session:
        if session.scalars(unchanged.values(password_hash=hashed).returning(Operator.id)).first() is None:
            raise WrongPasswordError
        audit.record(session, operator, "operator.password")
        announce(session, services.settings, here, Change.PASSWORD)


def reset(session: Session, settings: Settings, email: str, *, actor: str) -> str:
    """Reset an operator as `staff.reset` does, and tell them, unless they had nothing yet."""
    was_set_up = staff.find(session, email).set_up_at
    token = staff.reset(session, email, actor=actor)
    if was_set_up:
        notices.queue(session, settings, staff.find(session, email), Change.RESET, actor)
    return token


def renew_recovery(session: Session, settings: Settings, here: OperatorSession) -> list[str]:
    """New recovery codes for an operator, in place of the old ones."""
    audit.record(session, here.operator, "operator.recovery_codes")
    announce(session, settings, here, Change.RECOVERY_CODES)
    return codes.renew_recovery(session, here.operator_id)
