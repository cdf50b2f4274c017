"""Passkeys of operators: added, used to sign in or to confirm again, removed (AUTH-08, AUTH-09).

A passkey is an alternative to password and app, with limits of its own: locking those does not lock it.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, contains_eager

from carrel import clock, security_events
from carrel.accounts import limits
from carrel.accounts.limits import Limit, minutes
from carrel.db import insert_new
from carrel.ip_prefix import ip_key
from carrel.security_events import Event, Outcome
from carrel.services import Services
from carrel.settings import Settings
from carrel.tokens import Signer
from website.admin.operators import audit, challenges, factors, sessions
from website.admin.operators.challenges import InvalidAnswerError, RelyingParty
from website.admin.operators.models import Operator, OperatorSession, Passkey
from website.admin.operators.notices import Change
from website.admin.operators.sign_in import (
    PER_KNOWN_BROWSER,
    PER_OPERATOR,
    SignInFailedError,
    SignInSource,
    count_attempt,
    known_browser,
)

ASKING: Final = Limit(20, minutes(15))  # a challenge is a row, and anybody may ask for one
LONGEST_NAME: Final = 60


def passkeys_of(session: Session, operator_id: int) -> Sequence[Passkey]:
    """The operator's passkeys, the oldest first."""
    query = select(Passkey).where(Passkey.operator_id == operator_id)
    return session.scalars(query.order_by(Passkey.id)).all()


def counts(session: Session) -> dict[int, int]:
    """How many passkeys each operator has, by the operator's id; those without are not in it."""
    rows = session.execute(select(Passkey.operator_id, func.count()).group_by(Passkey.operator_id))
    return dict(rows.all())


def ask_to_add(services: Services, site: RelyingParty, operator: Operator) -> tuple[str, str]:
    """For an operator who adds a key: the token for their browser's cookie, and the options as JSON."""
    from website.admin.operators import ceremony

    with services.db.write() as session:
        token, challenge = challenges.issue(session, operator.id)
        known = [key.credential_id for key in passkeys_of(session, operator.id)]
    return token, ceremony.registration_options(site, operator, challenge, known)


def add(
    services: Services, site: RelyingParty, here: OperatorSession, token: str, sent: str, *, name: str
) -> None:
    """Store a new key. Raises `InvalidAnswerError`, also when it is known already."""
    from website.admin.operators import ceremony

    with services.db.write() as session:
        challenge = challenges.consume(session, token, here.operator_id)
    new = ceremony.verify_registration(site, challenge, sent)
    name = name.strip()[:LONGEST_NAME] or "Passkey"
    with services.db.write() as session:
        if not insert_new(
            session,
            Passkey,
            operator_id=here.operator_id,
            credential_id=new.credential_id,
            public_key=new.credential_public_key,
            sign_count=new.sign_count,
            name=name,
            created_at=clock.now(),
        ):
            raise InvalidAnswerError("the key is known already")
        audit.record(session, here.operator, "operator.passkey_add", after={"passkey": name})
        factors.announce(session, services.settings, here, Change.PASSKEY_ADDED)


def remove(session: Session, settings: Settings, here: OperatorSession, key_id: int) -> None:
    """Forget one of the operator's own keys; nobody else's."""
    deletion = delete(Passkey).where(Passkey.id == key_id, Passkey.operator_id == here.operator_id)
    name = session.scalars(deletion.returning(Passkey.name)).first()
    if name is not None:
        audit.record(session, here.operator, "operator.passkey_remove", before={"passkey": name})
        factors.announce(session, settings, here, Change.PASSKEY_REMOVED)


def ask_to_sign_in(services: Services, site: RelyingParty, place: SignInSource) -> tuple[str, str]:
    """For somebody who is not signed in: token and options, as above. Raises `TooManyRequestsError`."""
    from website.admin.operators import ceremony

    with services.db.write() as session:
        if browser := _known_browser(session, services.signer, place):
            limits.check(session, "operator-passkey-browser", browser, PER_KNOWN_BROWSER)
        else:
            limits.check(session, "operator-passkey-asked", ip_key(place.ip), ASKING)
        token, challenge = challenges.issue(session, None)
    return token, ceremony.assertion_options(site, challenge, [])


def _known_browser(session: Session, signer: Signer, place: SignInSource) -> str:
    """The browser's id if any operator signed in with it before: whose passkey will answer is not known yet."""
    if not place.device_cookie:
        return ""
    browsers = (known_browser(signer, number, place) for number in session.scalars(select(Operator.id)))
    return next(filter(None, browsers), "")


def ask_again(services: Services, site: RelyingParty, operator: Operator) -> tuple[str, str]:
    """For somebody who proves themselves again, with a key of theirs: token and options, as above."""
    from website.admin.operators import ceremony

    with services.db.write() as session:
        token, challenge = challenges.issue(session, operator.id)
        known = [key.credential_id for key in passkeys_of(session, operator.id)]
    return token, ceremony.assertion_options(site, challenge, known)


def sign_in(services: Services, site: RelyingParty, token: str, sent: str, place: SignInSource) -> str:
    """The token of a new session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    try:
        key, count = _accept(services, site, token, sent, None)
    except SignInFailedError:
        # Counted only now: whoever has the key guessed nothing, and no stranger shuts them out.
        with services.db.write() as session:
            count_attempt(session, "operator-passkey", place, "")
        raise
    with services.db.write() as session:
        _note_use(session, key, count)
        audit.record(session, key.operator, "operator.sign_in", after={"passkey": key.name})
        return sessions.start(session, key.operator_id, place.browser, place.network)


def prove_again(
    services: Services, site: RelyingParty, current: OperatorSession, token: str, sent: str
) -> None:
    """Before a sensitive action: a passkey in place of a code, in the same session. Raises `SignInFailedError`, `TooManyRequestsError`."""
    with services.db.write() as session:
        limits.check(session, "operator-passkey-again", f"session {current.id}", PER_OPERATOR)
    key, count = _accept(services, site, token, sent, current.operator_id)
    with services.db.write() as session:
        _note_use(session, key, count)
        sessions.prove(session, current.id)
    security_events.log_event(Event.OPERATOR_CONFIRMED, Outcome.SUCCESS, factor="passkey")


def _accept(
    services: Services, site: RelyingParty, token: str, sent: str, operator_id: int | None
) -> tuple[Passkey, int]:
    """The key that signed, and its count. `operator_id`: whose it must be, if somebody is signed in."""
    from website.admin.operators import ceremony

    try:
        with services.db.write() as session:
            challenge = challenges.consume(session, token, operator_id)
        answer = ceremony.parse_assertion(sent)
        with services.db.read() as session:
            key = _find_by_credential(session, answer.raw_id, operator_id)
        try:
            return key, ceremony.verify_assertion(site, challenge, answer, key)
        except InvalidAnswerError:
            with services.db.write() as session:
                audit.record(
                    session,
                    key.operator,
                    "operator.wrong_passkey",
                    after={"passkey": key.name},
                    outcome=Outcome.FAILURE,
                )
            raise
    except InvalidAnswerError as bad:
        security_events.log_event(
            Event.OPERATOR_SIGN_IN_REFUSED, Outcome.FAILURE, factor="passkey", reason=str(bad)
        )
        raise SignInFailedError from bad


def _find_by_credential(session: Session, credential_id: bytes, operator_id: int | None) -> Passkey:
    query = select(Passkey).join(Passkey.operator).options(contains_eager(Passkey.operator))
    query = query.where(Passkey.credential_id == credential_id, Operator.set_up_at.is_not(None))
    if operator_id is not None:
        query = query.where(Passkey.operator_id == operator_id)
    key = session.scalars(query).one_or_none()
    if key is None:
        raise InvalidAnswerError("the key is not known")
    return key


def _note_use(session: Session, key: Passkey, count: int) -> None:
    """Store the device's counter. Another answer may have come first, or the key may be removed by now."""
    goes_on = Passkey.sign_count < count if count else Passkey.sign_count == 0
    usage = update(Passkey).where(Passkey.id == key.id, goes_on)
    noted = session.scalars(usage.values(sign_count=count, used_at=clock.now()).returning(Passkey.id))
    if noted.first() is None:
        raise SignInFailedError
