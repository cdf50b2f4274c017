"""What the newsletter does when a reader is erased, merged with another, or takes out their data."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel.accounts import hooks
from carrel.accounts.models import Reader
from newsletter.bounces.models import Bounce
from newsletter.feeds import private_feed
from newsletter.subscribers import erasure
from newsletter.subscribers.models import SignUp, Subscriber


def register_hooks() -> None:
    """Register the handlers, in the app and in the worker alike."""
    hooks.readers_merged.add(private_feed.on_readers_merged)
    hooks.reader_erased.add(_erase)
    hooks.export_sections.add(_export)


def _erase(session: Session, reader_id: int, email_key: str | None) -> None:
    private_feed.revoke(session, reader_id)
    if email_key:
        erasure.erase(session, email_key)


def _export(session: Session, reader: Reader) -> dict[str, object]:
    by_address = select(Subscriber).where(Subscriber.email_key == reader.email_key)
    subscriber = session.scalars(by_address).first()
    return {"newsletter": _as_data(session, subscriber) if subscriber else None}


def _as_data(session: Session, subscriber: Subscriber) -> dict[str, object]:
    sign_ups = select(SignUp).where(SignUp.subscriber_id == subscriber.id).order_by(SignUp.id)
    bounces = select(Bounce).where(Bounce.address_hash == subscriber.address_hash).order_by(Bounce.id)
    return {
        "email": subscriber.email,
        "state": subscriber.state,
        "pace": subscriber.frequency,
        "paused_until": subscriber.paused_until and subscriber.paused_until.isoformat(timespec="seconds"),
        "exams": [row.exam.slug for row in subscriber.subscriptions if row.exam],
        "topics": [row.topic.slug for row in subscriber.subscriptions if row.topic],
        "bounces": [_bounce(bounce) for bounce in session.scalars(bounces)],
        "consents": [_consent(sign_up) for sign_up in session.scalars(sign_ups)],
    }


def _bounce(bounce: Bounce) -> dict[str, object]:
    received = bounce.received_at.isoformat(timespec="seconds")
    return {"kind": bounce.kind, "reason": bounce.reason, "received_at": received}


def _consent(sign_up: SignUp) -> dict[str, object]:
    return {
        "how": sign_up.method,
        "page": sign_up.source,
        "text_version": sign_up.text_version,
        "asked_at": sign_up.asked_at.isoformat(timespec="seconds"),
        "asked_from": sign_up.asked_from,
        "confirmed_at": sign_up.confirmed_at and sign_up.confirmed_at.isoformat(timespec="seconds"),
        "confirmed_from": sign_up.confirmed_from,
    }
