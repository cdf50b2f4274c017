"""Erasing a reader: the ledger stays, without a name; every trace of the address is deleted (DATA-20)."""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.accounts import hooks, mails, sessions
from carrel.accounts.models import AddressChange, MailedLink, Reader
from carrel.mail import outbox
from carrel.page_cache import bump_audience_version
from carrel.settings import Settings


def erase(session: Session, settings: Settings, reader: Reader, actor: str = "") -> None:
    """Erase a reader. Nobody can take this back, neither they nor we. `actor`: who did it, if not they themselves."""
    email = reader.email
    former = select(AddressChange.old_key).where(AddressChange.reader_id == reader.id)
    keys = {*session.scalars(former), *([reader.email_key] if reader.email_key else [])}
    hooks.reader_erased(session, reader.id, reader.email_key)
    for key in keys:
        outbox.forget(session, key)
    links = or_(MailedLink.email_key.in_(keys), MailedLink.reader_id == reader.id)
    session.execute(delete(MailedLink).where(links))
    session.execute(delete(AddressChange).where(AddressChange.reader_id == reader.id))
    sessions.end_all(session, reader.id)
    reader.email, reader.email_key, reader.erased_at = None, None, clock.now()
    session.flush()
    bump_audience_version(session)
    themselves = f"reader:{reader.id}"
    audit.record(session, actor=actor or themselves, action="reader.erase", subject=themselves)
    if email:  # the last mail; its row forgets the address once it is sent
        outbox.queue(session, key=f"erased:{reader.id}", to=email, mail=mails.erased(settings), private=True)
