"""Mailed links: random, stored hashed, for one purpose, once, for ten minutes; a newer one of the same browser voids the older."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts.models import LinkPurpose, MailedLink
from carrel.mail.addresses import Address
from carrel.tokens import new_token, token_hash

LASTS = timedelta(minutes=10)  # ASVS 6.5.5
CODE_DIGITS = 8
CODE_TRIES = 5


class LinkUsedError(Exception):
    """The link or code was used, replaced by a newer one, is too old, or never was."""


@dataclass(frozen=True)
class IssuedLink:
    """A new link, with the secrets that only the mail and the browser that asked get to know."""

    token: str
    code: str
    secret: str

    @property
    def key(self) -> str:
        """For the mail's key in the outbox. Not the row's id: SQLite gives the ids of deleted rows away again."""
        return token_hash(self.token).hex()[:32]


def make(
    session: Session,
    purpose: LinkPurpose,
    address: Address,
    *,
    next_path: str = "/",
    reader_id: int | None = None,
) -> IssuedLink:
    """A link for this address. The same reader's older one for it becomes invalid; nobody else's does."""
    if reader_id is not None:
        void(session, MailedLink.reader_id == reader_id, MailedLink.email_key == address.key)
    token, secret, now = new_token(), new_token(), clock.now()
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    link = MailedLink(purpose=purpose, email=address.typed, email_key=address.key, next_path=next_path)
    link.token_hash, link.created_at, link.expires_at = token_hash(token), now, now + LASTS
    link.reader_id = reader_id
    if purpose is LinkPurpose.SIGN_IN:
        link.browser_hash, link.code_hash = token_hash(secret), _code_hash(secret, code)
    session.add(link)
    session.flush()
    return IssuedLink(token, code, secret)


def find(session: Session, purpose: LinkPurpose, token: str) -> MailedLink:
    """The link, unused, for a page that shows it. Raises `LinkUsedError`."""
    query = select(MailedLink).where(MailedLink.token_hash == token_hash(token), *_usable(purpose))
    link = session.scalars(query).one_or_none()
    if link is None:
        raise LinkUsedError
    return link


def is_from(link: MailedLink, secret: str) -> bool:
    """Whether the browser with this secret is the one that asked."""
    return link.browser_hash is not None and hmac.compare_digest(link.browser_hash, token_hash(secret))


def use(session: Session, purpose: LinkPurpose, token: str, *also: ColumnElement[bool]) -> MailedLink:
    """Use the link: of any number at once, one succeeds. Raises `LinkUsedError`."""
    return _use(session, MailedLink.token_hash == token_hash(token), *also, *_usable(purpose))


def use_by_code(session: Session, secret: str, code: str) -> MailedLink | int:
    """Use a sign-in link by its code, typed in the browser that asked; or how many tries are left.

    The try is counted by what is committed, so the caller must not roll back on a wrong code. Raises
    `LinkUsedError` when no try is left.
    """
    from_browser = MailedLink.browser_hash == token_hash(secret)
    counted = (
        update(MailedLink)
        .where(from_browser, MailedLink.tries < CODE_TRIES, *_usable(LinkPurpose.SIGN_IN))
        .values(tries=MailedLink.tries + 1)
        .returning(MailedLink.tries, MailedLink.code_hash)
    )
    row = session.execute(counted).one_or_none()
    if row is None:
        raise LinkUsedError
    tries, code_hash = row
    if not hmac.compare_digest(code_hash or b"", _code_hash(secret, code)):
        return CODE_TRIES - int(tries)
    return _use(session, from_browser, *_usable(LinkPurpose.SIGN_IN))


def void_of_browser(session: Session, address: Address, secret: str) -> None:
    """Invalidate the sign-in link that the browser with this secret asked for before, for the same address."""
    if secret:
        void(session, MailedLink.browser_hash == token_hash(secret), MailedLink.email_key == address.key)


def void(session: Session, *which: ColumnElement[bool]) -> None:
    """Invalidate links that were not used yet."""
    unused = update(MailedLink).where(*which, MailedLink.used_at.is_(None))
    session.execute(unused.values(used_at=clock.now()))


def _use(session: Session, *which: ColumnElement[bool]) -> MailedLink:
    used = update(MailedLink).where(*which).values(used_at=clock.now()).returning(MailedLink)
    link = session.scalars(used).one_or_none()
    if link is None:
        raise LinkUsedError
    return link


def _usable(purpose: LinkPurpose) -> tuple[ColumnElement[bool], ...]:
    unused = MailedLink.purpose == purpose, MailedLink.used_at.is_(None)
    return *unused, ~clock.has_passed(MailedLink.expires_at, LASTS)


def _code_hash(secret: str, code: str) -> bytes:
    digits = "".join(char for char in code if char.isdigit())
    return hashlib.sha256(f"{secret}:{digits}".encode()).digest()
