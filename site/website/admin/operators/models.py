"""An operator, the browsers that are signed in as them, their passkeys, and codes for the day their phone is lost."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from carrel.db import Base, UtcDateTime
from website.admin.operators.roles import Role

ROLES = ", ".join(repr(role.value) for role in Role)


class Operator(Base):
    """Somebody who runs the site. Signs in with a password and a code from an app, or with a passkey; never by mail.

    `code_seed` is random; with the site's secret key it makes the app's secret, so that a thief of the
    database alone has no codes. `code_step` is the last half minute whose code was used (RFC 6238, 5.2).
    """

    __tablename__ = "operator"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(setup_hash IS NULL) = (setup_until IS NULL)", name="setup_with_its_end"),
        CheckConstraint("(set_up_at IS NULL) = (password_hash IS NULL)", name="set_up_with_password"),
        {"sqlite_autoincrement": True},  # limits and alarms name operators by id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(String(300))
    code_seed: Mapped[bytes] = mapped_column(LargeBinary(32))
    code_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    setup_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # of the one-time link
    setup_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OperatorSession(Base):
    """One browser that is signed in. The cookie's token is stored hashed (SHA-256)."""

    __tablename__ = "operator_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser: Mapped[str] = mapped_column(String(60), default="")
    # Truncated to /24 or /48; none in sessions of a release before 0009.
    network: Mapped[str | None] = mapped_column(String(45))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    proven_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when a code or a passkey was last given here

    operator: Mapped[Operator] = relationship()


class RecoveryCode(Base):
    """One code that stands in for the app once.

    It has 112 random bits or more, so a plain hash (SHA-256) is enough (ASVS 6.5.2). Releases before 0009
    made codes of 80 bits; those have no `created_at`, and are good until they are replaced.
    """

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(Base):
    """The public half of a key that a device of the operator's holds (WebAuthn). It opens nothing by itself.

    `sign_count` is what the device counted at its last use, 32 bits; devices that share a key stay at 0.
    """

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE_Key (RFC 9052, 7)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    operator: Mapped[Operator] = relationship()


class PasskeyChallenge(Base):
    """What a passkey was asked to sign: the SHA-256 of a cookie's token. Whose, once they are signed in."""

    __tablename__ = "passkey_challenge"

    challenge: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
