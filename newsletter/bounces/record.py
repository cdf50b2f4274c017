"""What a report changes: who is not mailed any more.

A digest's bounce or complaint stops digests. It never stops what somebody asked for: sign-in links and receipts go on
(decision 17). What a mail server says while we hand a mail over is another thing: then we have heard it ourselves.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from carrel import clock
from carrel.db import insert_new
from carrel.mail import suppression
from carrel.mail.addresses import InvalidAddressError, key_of, mask_addresses
from carrel.mail.models import SuppressionKind
from carrel.tokens import Signer
from newsletter.bounces import rates
from newsletter.bounces.models import Bounce, BounceKind
from newsletter.bounces.report import AnyReport, Report, UnsubscribeReport, storable
from newsletter.delivery import message_ids
from newsletter.issues.models import Delivery, DeliveryState
from newsletter.subscribers.models import Subscriber, SubscriberState
from newsletter.subscribers.unsubscribing import unsubscribe

SOFT_IN_A_ROW = 5  # so many mails came back one after the other: the mailbox is as good as gone
WITHIN = timedelta(days=7)  # a report that names no mail is about one of these days
LONGEST_KEY = 200
LONGEST_REASON = 300

log = structlog.get_logger()


def record(session: Session, signer: Signer, reports: Iterable[AnyReport], limits: rates.Limits) -> int:
    """Apply reports, in any order and however often they come. How many were new and of an address that we know."""
    return sum(
        _unsubscribe(session, report)
        if isinstance(report, UnsubscribeReport)
        else _record(session, signer, report, limits)
        for report in reports
    )


def _unsubscribe(session: Session, report: UnsubscribeReport) -> bool:
    """Whoever left at a service has left here too, unless they subscribed again since. Whether that is new."""
    same = Subscriber.email_key == _key(report.address), Subscriber.state == SubscriberState.CONFIRMED
    subscriber = session.scalars(select(Subscriber).where(*same).with_for_update()).first()
    if subscriber is None or _confirmed_after(subscriber, report.at):
        return False
    unsubscribe(session, subscriber, f"unsubscribed at {report.source.capitalize()}")
    return True


def _confirmed_after(subscriber: Subscriber, moment: datetime | None) -> bool:
    confirmed_at = subscriber.confirmed_at
    return moment is not None and confirmed_at is not None and confirmed_at > moment


def _record(session: Session, signer: Signer, report: Report, limits: rates.Limits) -> bool:
    delivery = named = _named_delivery(session, signer, report)
    subscriber = session.get(Subscriber, named.subscriber_id) if named and named.subscriber_id else None
    email_key = subscriber.email_key if subscriber else _key(report.address)
    if not email_key:
        log.info("report about an unknown address", source=report.source, kind=report.kind)
        return False
    if subscriber is None:
        subscriber = session.scalars(select(Subscriber).where(Subscriber.email_key == email_key)).first()
        delivery = delivery or (_latest(session, subscriber) if subscriber else None)
    reason = storable(mask_addresses(" ".join(report.reason.split())))[:LONGEST_REASON]
    values = {
        "key": f"{report.source}:{report.key}"[:LONGEST_KEY],
        "kind": report.kind,
        "source": report.source,
        "address_hash": suppression.address_hash(session, email_key),
        "delivery_id": delivery.id if delivery else None,
        "issue_id": delivery.issue_id if delivery else None,
        "reason": reason,
        "received_at": clock.now(),
    }
    if not insert_new(session, Bounce, **values):
        return False
    # A mailbox that has confirmed since works, whatever comes back late of an earlier mail.
    is_outdated = bool(named and subscriber and _confirmed_after(subscriber, named.ended_at))
    if not is_outdated or report.kind is BounceKind.COMPLAINT:
        _apply(session, report.kind, email_key, subscriber, reason)
    if delivery:
        rates.watch(session, delivery.issue_id, limits)
    return True


def _apply(
    session: Session, kind: BounceKind, email_key: str, subscriber: Subscriber | None, reason: str
) -> None:
    match kind:
        case BounceKind.HARD:
            suppression.suppress(session, email_key, SuppressionKind.NEWSLETTER, f"bounced: {reason}")
        case BounceKind.SOFT if subscriber and _keeps_bouncing(session, subscriber):
            note = f"bounced {SOFT_IN_A_ROW} times in a row: {reason}"
            suppression.suppress(session, email_key, SuppressionKind.NEWSLETTER, note)
        case BounceKind.COMPLAINT:
            suppression.suppress(session, email_key, SuppressionKind.COMPLAINT, reason)
            if subscriber and subscriber.state == SubscriberState.CONFIRMED:
                unsubscribe(session, subscriber, "called the digest spam")


def _keeps_bouncing(session: Session, subscriber: Subscriber) -> bool:
    """Whether each of the last mails that they were sent came back."""
    sent = select(Delivery.id).where(
        Delivery.subscriber_id == subscriber.id, Delivery.state == DeliveryState.SENT
    )
    last = session.scalars(sent.order_by(Delivery.id.desc()).limit(SOFT_IN_A_ROW)).all()
    bounced = select(func.count(Bounce.delivery_id.distinct())).where(Bounce.delivery_id.in_(last))
    return len(last) == SOFT_IN_A_ROW and session.scalar(bounced) == SOFT_IN_A_ROW


def _named_delivery(session: Session, signer: Signer, report: Report) -> Delivery | None:
    ids = message_ids.deliveries_in(signer, report.message_id)
    return session.get(Delivery, ids[0]) if ids else None


def _latest(session: Session, subscriber: Subscriber) -> Delivery | None:
    """The mail that a report without a Message-ID is most likely about."""
    recent = select(Delivery).where(
        Delivery.subscriber_id == subscriber.id,
        Delivery.state.in_([DeliveryState.SENT, DeliveryState.UNCERTAIN]),
        Delivery.ended_at > clock.now() - WITHIN,
    )
    return session.scalars(recent.order_by(Delivery.ended_at.desc()).limit(1)).first()


def _key(address: str) -> str:
    try:
        return key_of(address)
    except InvalidAddressError:
        return ""
