"""Signing up. The answer is the same for every address; only the mail differs."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, SessionTransaction

from carrel import clock, security_events
from carrel.accounts import limits
from carrel.accounts.limits import Limit, TooManyRequestsError, hours, minutes
from carrel.db import insert_into, insert_new
from carrel.ip_prefix import ip_key, network_key
from carrel.mail import outbox, suppression
from carrel.mail.addresses import Address
from carrel.mail.models import Suppression, SuppressionKind
from carrel.mail.outbox import URGENT
from carrel.security_events import Event, Outcome
from carrel.settings import Settings
from carrel.tokens import Signer, new_token, token_hash
from newsletter.subscribers import consent, links, mails
from newsletter.subscribers.eligibility import is_subscribed
from newsletter.subscribers.models import SignUp, SignUpMailCount, SignUpMethod, Subscriber
from newsletter.subscribers.preferences import Preferences

PER_ADDRESS = (Limit(1, minutes(10)), Limit(3, hours(24)))
PER_IP = Limit(40, hours(1))  # a class behind one address
PER_NETWORK = Limit(60, hours(1))
PER_SITE = Limit(100, minutes(10))
PER_READER = Limit(20, hours(1))

MAILED_EVERY = timedelta(days=1)
MAILED_AT_MOST = 3
# Whoever complained about us, or was shut out by hand, is not asked again because somebody typed their address.
BARRED_BY = (SuppressionKind.COMPLAINT, SuppressionKind.BY_HAND)


@dataclass(frozen=True)
class RequestOrigin:
    """Where a request came from: the network address, the page, and the token of the browser's cookie."""

    ip: str
    page: str
    browser: str


@dataclass(frozen=True)
class SignUpRequest:
    """Who asks for what, and from where."""

    address: Address
    preferences: Preferences
    origin: RequestOrigin


def count_attempt(session: Session, origin: RequestOrigin) -> None:
    """Count one more attempt from there. Raises `TooManyRequestsError`, whatever the address (MAIL-14)."""
    # A ceiling of the whole site becomes an alarm where TooManyRequestsError becomes a page.
    limits.check(session, "subscribe-ip", ip_key(origin.ip), PER_IP)
    network = network_key(origin.ip)
    limits.check(session, "subscribe-network", network, PER_NETWORK)
    limits.check_site(session, "subscribe", network, PER_SITE)


def count_attempt_of_reader(session: Session, reader_id: int) -> None:
    """Count one more attempt of somebody whose address is proven: strangers cannot use theirs up."""
    limits.check(session, "subscribe-reader", str(reader_id), PER_READER)


def sign_up(session: Session, settings: Settings, signer: Signer, request: SignUpRequest) -> None:
    """Record the sign-up and ask the address, if it may be asked. Nothing else changes before it confirms.

    Every address costs the same work, so that the time of the answer reveals nothing (AUTH-04): both mails are composed,
    everything is asked and written, and what must not be for this address is taken back to a savepoint.
    """
    address_hash, token = suppression.address_hash(session, request.address.key), new_token()
    question = mails.confirm(settings, f"{settings.base_url}/newsletter/confirm/{token}")
    reminder = mails.already(settings, links.links_for(settings, signer, address_hash))
    in_time = _count_request(session, request.address)
    everything = session.begin_nested()
    may_be_asked = all([in_time, not _is_barred(session, address_hash), _count_mail(session, address_hash)])
    subscriber = find_or_add(session, request.address, request.origin.page)
    is_known = _is_subscribed(session, subscriber)
    recording = session.begin_nested()
    recorded = record_sign_up(session, subscriber, request, SignUpMethod.MAIL, token_hash=token_hash(token))
    confirm_key = f"newsletter-confirm:{recorded.id}"
    _end(recording, stands=not is_known)
    if is_known:
        key = f"newsletter-already:{subscriber.id}:{clock.now():%Y%m%d%H%M}"
        outbox.queue(session, key=key, to=subscriber.email, mail=reminder, private=True)
    else:
        outbox.queue(
            session, key=confirm_key, to=subscriber.email, mail=question, priority=URGENT, private=True
        )
    _end(everything, stands=may_be_asked)


def _end(savepoint: SessionTransaction, *, stands: bool) -> None:
    if stands:
        savepoint.commit()
    else:
        savepoint.rollback()


def _count_request(session: Session, address: Address) -> bool:
    try:
        limits.check(session, "subscribe-address", address.key, *PER_ADDRESS)
    except TooManyRequestsError as refused:
        security_events.log_event(Event.LIMIT_REACHED, Outcome.FAILURE, limit=refused.name)
        return False  # a visitor must not learn that somebody asked before
    return True


def find_or_add(session: Session, address: Address, source: str) -> Subscriber:
    """The subscriber with this address, pending when it is new (MAIL-15, MF-26)."""
    insert_new(
        session,
        Subscriber,
        email=address.typed,
        email_key=address.key,
        address_hash=suppression.address_hash(session, address.key),
        source=source,
        created_at=clock.now(),
    )
    same = select(Subscriber).where(Subscriber.email_key == address.key)
    return session.scalars(same.with_for_update()).one()


def _is_barred(session: Session, address_hash: bytes) -> bool:
    stops = Suppression.address_hash == address_hash, Suppression.kind.in_(BARRED_BY)
    return session.scalars(select(Suppression.kind).where(*stops).limit(1)).first() is not None


def _count_mail(session: Session, address_hash: bytes) -> bool:
    """Count one more mail to an address that somebody typed in, unless it had one today or three already."""
    now = clock.now()
    is_a_day_ago = (SignUpMailCount.last_at <= now - MAILED_EVERY) | clock.is_implausibly_future(
        SignUpMailCount.last_at, timedelta()
    )
    adding = insert_into(session, SignUpMailCount).values(address_hash=address_hash, count=1, last_at=now)
    counting = adding.on_conflict_do_update(
        index_elements=[SignUpMailCount.address_hash],
        set_={"times": SignUpMailCount.count + 1, "last_at": now},
        where=(SignUpMailCount.count < MAILED_AT_MOST) & is_a_day_ago,
    )
    return session.execute(counting.returning(SignUpMailCount.count)).first() is not None


def _is_subscribed(session: Session, subscriber: Subscriber) -> bool:
    subscribed = select(Subscriber.id).where(Subscriber.id == subscriber.id, is_subscribed())
    return session.scalars(subscribed).first() is not None


def record_sign_up(
    session: Session, subscriber: Subscriber, request: SignUpRequest, method: SignUpMethod, **columns: object
) -> SignUp:
    """Record what somebody asked for, with the evidence."""
    sign_up = SignUp(
        subscriber_id=subscriber.id,
        method=method,
        text_version=consent.CURRENT,
        source=request.origin.page,
        frequency=request.preferences.frequency,
        exams=list(request.preferences.exams),
        topics=list(request.preferences.topics),
        asked_at=clock.now(),
        asked_from=network_key(request.origin.ip),
        browser_hash=token_hash(request.origin.browser),
        **columns,
    )
    session.add(sign_up)
    session.flush()
    return sign_up
