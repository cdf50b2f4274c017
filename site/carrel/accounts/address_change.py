"""A change of address: confirmed at the new one, announced to the old one, which can undo it for 72 hours."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from carrel import audit, clock, security_events
from carrel.accounts import hooks, links, mails, readers, sessions
from carrel.accounts.mail_limits import count_mail_of_reader
from carrel.accounts.models import AddressChange, LinkPurpose, MailedLink, Reader, ReaderSession
from carrel.mail import outbox
from carrel.mail.addresses import Address
from carrel.mail.outbox import URGENT
from carrel.security_events import Event, Outcome
from carrel.settings import Settings
from carrel.tokens import new_token, token_hash

UNDO_FOR = timedelta(hours=72)


class SameAddressError(Exception):
    """The new address is the old one."""


class AddressTakenError(Exception):
    """The new address has an account of its own. Said only to somebody who has proven that it is theirs."""


@dataclass(frozen=True)
class UndoneChange:
    """Whose address is what it was."""

    reader_id: int
    email: str


def ask(session: Session, settings: Settings, reader: Reader, address: Address) -> None:
    """Mail a link to the new address, for a reader who has just proven the old one.

    The answer is the same whether the new address is taken or not. Raises `SameAddressError`, `TooManyRequestsError`.
    """
    if address.key == reader.email_key:
        raise SameAddressError
    count_mail_of_reader(session, reader.id, address)
    link = links.make(session, LinkPurpose.NEW_ADDRESS, address, reader_id=reader.id)
    security_events.log_event(Event.ADDRESS_CHANGE_REQUESTED, Outcome.SUCCESS)
    mail = mails.new_address(settings, link)
    outbox.queue(
        session, key=f"new_address:{link.key}", to=address.typed, mail=mail, priority=URGENT, private=True
    )


def confirm(session: Session, settings: Settings, token: str, here: ReaderSession) -> str:
    """Make the new address the account's; the address. Raises `LinkUsedError`, `AddressTakenError`.

    Whose account it is comes from the session alone, never from the link (AUTH-06).
    """
    link = links.use(session, LinkPurpose.NEW_ADDRESS, token, MailedLink.reader_id == here.reader_id)
    holder = readers.by_address(session, link.email_key)
    if holder:
        raise AddressTakenError
    reader = readers.get(session, here.reader_id)
    old = reader.email, reader.email_key
    reader.email, reader.email_key = link.email, link.email_key
    session.get_one(ReaderSession, here.id).proven_at = clock.now()
    session.flush()
    _revoke_access(session, reader, old[1], but=here.id)
    if old[0] and old[1]:
        _tell_the_old(session, settings, reader, old[0], old[1])
    hooks.address_proven(session, reader)
    audit.record(
        session, actor=f"reader:{reader.id}", action="reader.new_address", subject=f"reader:{reader.id}"
    )
    return link.email


def find_undo(session: Session, token: str) -> AddressChange:
    """The change that this link may take back. Raises `LinkUsedError`."""
    change = session.scalars(_undoable(token)).one_or_none()
    if change is None:
        raise links.LinkUsedError
    return change


def undo(session: Session, token: str) -> UndoneChange:
    """Take a change back: the old address again, and everybody signed out. Raises `LinkUsedError`."""
    change = session.scalars(_undoable(token).with_for_update()).one_or_none()
    if change is None:
        raise links.LinkUsedError
    reader = readers.get(session, change.reader_id)
    new_key = reader.email_key
    holder = readers.by_address(session, change.old_key)
    if holder:
        # Whoever signed in with the old address meanwhile has proven it, as this link does: one person.
        readers.merge(session, holder, reader)
    reader.email, reader.email_key = change.old_email, change.old_key
    undone = UndoneChange(reader.id, change.old_email)
    # Later changes began from an address that was not theirs to change.
    later = AddressChange.reader_id == reader.id, AddressChange.changed_at >= change.changed_at
    session.execute(delete(AddressChange).where(*later))
    session.flush()
    _revoke_access(session, reader, new_key)
    hooks.address_proven(session, reader)
    audit.record(
        session, actor=f"reader:{reader.id}", action="reader.undo_address", subject=f"reader:{reader.id}"
    )
    return undone


def _undoable(token: str) -> Select[AddressChange]:
    return select(AddressChange).where(
        AddressChange.undo_hash == token_hash(token), AddressChange.undo_until > clock.now()
    )


def _revoke_access(session: Session, reader: Reader, other_key: str | None, but: int | None = None) -> None:
    """End every other session, and whatever was mailed to either address."""
    sessions.end_all(session, reader.id, but=but)
    links_of_reader = or_(
        MailedLink.email_key.in_([reader.email_key, other_key]), MailedLink.reader_id == reader.id
    )
    links.void(session, links_of_reader)


def _tell_the_old(session: Session, settings: Settings, reader: Reader, email: str, email_key: str) -> None:
    token, now = new_token(), clock.now()
    change = AddressChange(reader_id=reader.id, old_email=email, old_key=email_key, changed_at=now)
    change.undo_hash, change.undo_until = token_hash(token), now + UNDO_FOR
    session.add(change)
    session.flush()
    mail = mails.address_changed(settings, token, now + UNDO_FOR)
    outbox.queue(
        session, key=f"address_changed:{token_hash(token).hex()[:32]}", to=email, mail=mail, private=True
    )
