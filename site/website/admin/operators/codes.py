"""Codes that change every half minute (RFC 6238), and recovery codes for the day without the app."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.tokens import Signer, token_hash
from website.admin.operators.models import Operator, RecoveryCode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20  # as long as HMAC-SHA1's output: RFC 4226, 4
PURPOSE: Final = "operator-code"
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 15  # 120 random bits, 24 letters in base 32; from 112 on a plain hash will do


@dataclass(frozen=True)
class RecoveryCodes:
    """How many recovery codes somebody has left, and since when; without a date they are of an earlier release."""

    left: int
    created_at: datetime | None


def new_seed() -> bytes:
    """The seed that an app's secret is derived from, with the site's key."""
    return secrets.token_bytes(32)


def secrets_of(signer: Signer, operator: Operator) -> list[str]:
    """The app's secret in base 32, under each key of the site, the current first."""
    derived = signer.derive(PURPOSE, operator.code_seed.hex())
    return [base64.b32encode(key[:SECRET_BYTES]).decode() for key in derived]


def provisioning_uri(signer: Signer, operator: Operator, issuer: str) -> str:
    """The otpauth:// URI that an authenticator app reads."""
    secret = secrets_of(signer, operator)[0]
    return pyotp.TOTP(secret).provisioning_uri(name=operator.email, issuer_name=issuer)


def qr_code(uri: str) -> str:
    """The URI as a QR code: an `<svg>` element, dark on white in either scheme, without styles."""
    code = segno.make(uri, error="m")
    return code.svg_inline(omitsize=True, border=4, light="#fff", title="QR code for your authenticator app")


def use_code(session: Session, signer: Signer, operator: Operator, typed: str) -> bool:
    """Use a code of the app, or a recovery code. Whether it was good; the same one is good only once."""
    plain = "".join(char for char in typed if char.isalnum()).upper()
    if len(plain) == DIGITS and plain.isdigit():
        return _spend_step(session, operator.id, _step_of(signer, operator, plain))
    used = delete(RecoveryCode).where(
        RecoveryCode.operator_id == operator.id, RecoveryCode.code_hash == token_hash(plain)
    )
    return session.scalars(used.returning(RecoveryCode.code_hash)).first() is not None


def renew_recovery(session: Session, operator_id: int) -> list[str]:
    """Ten new recovery codes in place of all older ones. They are shown once."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.operator_id == operator_id))
    new_codes = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)
    ]
    now = clock.now()
    session.add_all(
        RecoveryCode(code_hash=token_hash(code), operator_id=operator_id, created_at=now)
        for code in new_codes
    )
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in new_codes]


def recovery_codes(session: Session, operator_id: int) -> RecoveryCodes:
    """What is left of an operator's recovery codes."""
    count = select(func.count(), func.min(RecoveryCode.created_at))
    left, created_at = session.execute(count.where(RecoveryCode.operator_id == operator_id)).one()
    return RecoveryCodes(left, created_at)


def _step_of(signer: Signer, operator: Operator, code: str) -> int | None:
    """The half minute that the code belongs to: this one, the one before or the next."""
    now = int(clock.now().timestamp()) // STEP_SECONDS
    steps = [
        step
        for secret in secrets_of(signer, operator)
        for step in (now - 1, now, now + 1)
        if secrets.compare_digest(pyotp.TOTP(secret).at(step * STEP_SECONDS), code)
    ]
    return max(steps, default=None)


def _spend_step(session: Session, operator_id: int, step: int | None) -> bool:
    if step is None:
        return False
    unused = update(Operator).where(Operator.id == operator_id, Operator.code_step < step)
    return session.scalars(unused.values(code_step=step).returning(Operator.id)).first() is not None
