"""Everything we store about a reader, as one machine-readable file (GDPR 15 and 20)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.accounts import hooks, sessions
from carrel.accounts.models import AddressChange, Reader
from carrel.mail.models import OutboxMail


def export(session: Session, reader: Reader) -> dict[str, object]:
    """The account, its sessions and mails, and what other packages hold: plain JSON types."""
    parts: dict[str, object] = {
        "exported_at": _moment(clock.now()),
        "account": {
            "email": reader.email,
            "created_at": _moment(reader.created_at),
            "ad_free": reader.ad_free,
        },
        "sessions": [
            {
                "browser": reader_session.browser,
                "signed_in_at": _moment(reader_session.created_at),
                "last_seen_at": _moment(reader_session.last_seen_at),
                "address_proven": reader_session.proven_at is not None,
            }
            for reader_session in sessions.of_reader(session, reader.id)
        ],
        "former_addresses": _former_addresses(session, reader),
        "mails": _mails(session, reader),
    }
    for section in hooks.export_sections(session, reader):
        parts |= section
    return parts


def _former_addresses(session: Session, reader: Reader) -> list[dict[str, object]]:
    changes = select(AddressChange).where(AddressChange.reader_id == reader.id)
    return [
        {"email": change.old_email, "until": _moment(change.changed_at)}
        for change in session.scalars(changes)
    ]


def _mails(session: Session, reader: Reader) -> list[dict[str, object]]:
    if reader.email_key is None:
        return []
    mails = select(OutboxMail).where(OutboxMail.to_key == reader.email_key).order_by(OutboxMail.id)
    return [
        {"subject": mail.subject, "at": _moment(mail.created_at), "state": mail.state}
        for mail in session.scalars(mails)
    ]


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
