"""Confirming a sign-up: the address is proven, and the subscription begins."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from carrel import clock
from carrel.ip_prefix import network_key
from carrel.mail import suppression
from carrel.mail.models import SuppressionKind
from carrel.settings import Settings
from carrel.tokens import Signer, token_hash
from newsletter.subscribers import preferences, welcome
from newsletter.subscribers.models import SignUp, SignUpMailCount, SignUpMethod, Subscriber, SubscriberState
from newsletter.subscribers.sign_up import SignUpRequest, find_or_add, record_sign_up

LASTS = timedelta(days=7)
# What the address takes back by request again. What the operator did by hand stays.
LIFTED = (SuppressionKind.NEWSLETTER, SuppressionKind.COMPLAINT, SuppressionKind.BOUNCE)


class ConfirmLinkUsedError(Exception):
    """A confirm link that is unknown, too old, or was used before."""


def find(session: Session, token: str) -> SignUp:
    """The sign-up that a link would confirm. Raises `ConfirmLinkUsedError`."""
    sign_up = session.scalars(select(SignUp).where(*_usable(token))).first()
    if sign_up is None:
        raise ConfirmLinkUsedError
    return sign_up


def confirm(session: Session, settings: Settings, signer: Signer, token: str, ip: str) -> Subscriber:
    """Use the link, once; a second click while it is valid is no error. Raises `ConfirmLinkUsedError`."""
    using = update(SignUp).where(*_usable(token))
    using = using.values(confirmed_at=clock.now(), confirmed_from=network_key(ip))
    sign_up = session.scalars(using.returning(SignUp)).first()
    if sign_up is None:
        return _confirmed_before(session, token)
    return _activate(session, settings, signer, sign_up)


def _confirmed_before(session: Session, token: str) -> Subscriber:
    confirmed = select(Subscriber).join(SignUp, SignUp.subscriber_id == Subscriber.id)
    used = SignUp.token_hash == token_hash(token), SignUp.confirmed_at.is_not(None)
    subscriber = session.scalars(
        confirmed.where(*used, Subscriber.state == SubscriberState.CONFIRMED)
    ).first()
    if subscriber is None:
        raise ConfirmLinkUsedError
    return subscriber


def subscribe_proven(
    session: Session, settings: Settings, signer: Signer, request: SignUpRequest
) -> Subscriber:
    """Subscribe an address that was proven in this browser by signing in: no mail needs to ask it."""
    subscriber = find_or_add(session, request.address, request.origin.page)
    network = network_key(request.origin.ip)
    evidence = {"confirmed_at": clock.now(), "confirmed_from": network}
    sign_up = record_sign_up(session, subscriber, request, SignUpMethod.ACCOUNT, **evidence)
    return _activate(session, settings, signer, sign_up)


def _usable(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignUp.token_hash == token_hash(token),
        SignUp.confirmed_at.is_(None),
        SignUp.asked_at > clock.now() - LASTS,
    )


def _activate(session: Session, settings: Settings, signer: Signer, sign_up: SignUp) -> Subscriber:
    subscriber = session.get_one(Subscriber, sign_up.subscriber_id, with_for_update=True)
    subscriber.state, subscriber.left_at, subscriber.paused_until = SubscriberState.CONFIRMED, None, None
    subscriber.confirmed_at, subscriber.frequency = clock.now(), sign_up.frequency
    preferences.add_subscriptions(session, subscriber.id, sign_up.exams, sign_up.topics)
    for kind in LIFTED:
        suppression.lift(session, subscriber.email_key, kind)
    session.execute(delete(SignUpMailCount).where(SignUpMailCount.address_hash == subscriber.address_hash))
    welcome.queue(session, settings, signer, subscriber, sign_up)
    return subscriber
