"""Operators: invited, set up, reset, signed out, given another role, removed. Each act has an audit entry."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.mail import addresses
from carrel.tokens import Signer, new_token, token_hash
from website.admin.operators import audit, codes, sessions
from website.admin.operators.models import Operator, Passkey, RecoveryCode
from website.admin.operators.roles import Role

LINK_LASTS: Final = timedelta(hours=24)


class OperatorNotFoundError(Exception):
    """Nobody runs the site under this address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"There is no operator {email}.")
        self.email = email


class AlreadyOperatorError(Exception):
    """Somebody runs the site under this address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is already an operator. To start over: carrel operator reset {email}")
        self.email = email


class LastOwnerError(Exception):
    """Without this owner nobody could run the site."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is the only owner. Make somebody else an owner first.")
        self.email = email


class InviteUsedError(Exception):
    """The one-time link was used, is too old, or was never ours."""


class WrongCodeError(Exception):
    """The code is not the app's."""


def add(session: Session, email: str, role: Role, *, actor: str) -> str:
    """Invite an operator: the token of their one-time link. Raises `InvalidAddressError`, `AlreadyOperatorError`."""
    address = addresses.parse(email)
    if session.scalars(select(Operator.id).where(Operator.email_key == address.key)).first() is not None:
        raise AlreadyOperatorError(address.typed)
    operator = Operator(email=address.typed, email_key=address.key, role=role, created_at=clock.now())
    token = _invite(operator)
    session.add(operator)
    session.flush()
    audit.record(session, operator, "operator.add", actor=actor, after={"role": str(role)})
    return token


def reset(session: Session, email: str, *, actor: str) -> str:
    """Reset an operator: no password, app, passkey or session; the token of a new one-time link."""
    operator = find(session, email)
    token = _invite(operator)
    operator.password_hash, operator.set_up_at, operator.code_step = None, None, 0
    sessions.end_all(session, operator.id)
    for model in (RecoveryCode, Passkey):
        session.execute(delete(model).where(model.operator_id == operator.id))
    audit.record(session, operator, "operator.reset", actor=actor)
    return token


def remove(session: Session, email: str, *, actor: str) -> None:
    """Remove an operator, at once and everywhere. Raises `OperatorNotFoundError`, `LastOwnerError`."""
    operator = find(session, email)
    _keep_an_owner(session, operator)
    audit.record(session, operator, "operator.remove", actor=actor, before={"role": operator.role})
    session.delete(operator)


def sign_out(session: Session, email: str, *, actor: str) -> None:
    """End every session of an operator, who may sign in again. Raises `OperatorNotFoundError`."""
    operator = find(session, email)
    sessions.end_all(session, operator.id)
    audit.record(session, operator, "operator.sign_out", actor=actor)


def change_role(session: Session, email: str, role: Role, *, actor: str) -> None:
    """Give an operator another role. Raises `OperatorNotFoundError`, `LastOwnerError`."""
    operator = find(session, email)
    if role is not Role.OWNER:
        _keep_an_owner(session, operator)
    before, operator.role = operator.role, role
    audit.record(
        session, operator, "operator.role", actor=actor, before={"role": before}, after={"role": str(role)}
    )


def find(session: Session, email: str) -> Operator:
    """The operator with this address. Raises `OperatorNotFoundError`."""
    try:
        key = addresses.key_of(email)
    except addresses.InvalidAddressError:
        raise OperatorNotFoundError(email) from None
    operator = session.scalars(select(Operator).where(Operator.email_key == key)).one_or_none()
    if operator is None:
        raise OperatorNotFoundError(email)
    return operator


def all_operators(session: Session) -> Sequence[Operator]:
    """All operators by address."""
    return session.scalars(select(Operator).order_by(Operator.email_key)).all()


def invited(session: Session, token: str) -> Operator:
    """Whose one-time link this is. Raises `InviteUsedError`."""
    valid = select(Operator).where(
        Operator.setup_hash == token_hash(token), ~clock.has_passed(Operator.setup_until, LINK_LASTS)
    )
    operator = session.scalars(valid).one_or_none()
    if operator is None:
        raise InviteUsedError
    return operator


def set_up(session: Session, signer: Signer, token: str, password_hash: str, code: str) -> list[str]:
    """Finish an invitation; the recovery codes. The password was checked and hashed before the transaction.

    Raises `InviteUsedError`, `WrongCodeError`.
    """
    operator = invited(session, token)
    if not codes.use_code(session, signer, operator, code):
        raise WrongCodeError
    used = update(Operator).where(Operator.id == operator.id, Operator.setup_hash == token_hash(token))
    values = {"setup_hash": None, "setup_until": None, "set_up_at": clock.now()}
    if (
        session.scalars(used.values(password_hash=password_hash, **values).returning(Operator.id)).first()
        is None
    ):
        raise InviteUsedError
    audit.record(session, operator, "operator.set_up")
    return codes.renew_recovery(session, operator.id)


def _invite(operator: Operator) -> str:
    token = new_token()
    operator.code_seed = codes.new_seed()
    operator.setup_hash, operator.setup_until = token_hash(token), clock.now() + LINK_LASTS
    return token


def _keep_an_owner(session: Session, operator: Operator) -> None:
    # The rows are locked, so that two owners cannot take each other away at once.
    owners = session.scalars(select(Operator.id).where(Operator.role == Role.OWNER).with_for_update()).all()
    if list(owners) == [operator.id]:
        raise LastOwnerError(operator.email)
