"""Who must not be mailed, and what that stops."""

import pytest
from sqlalchemy import select, text

from carrel.db import Database
from carrel.mail import suppression
from carrel.mail.models import Suppression, SuppressionKind
from carrel.mail.suppression import MessageType

ANNA = "anna@example.org"


@pytest.mark.parametrize(
    ("kind", "stopped"),
    [
        (SuppressionKind.NEWSLETTER, {MessageType.BULK}),
        (SuppressionKind.COMPLAINT, {MessageType.BULK}),
        (SuppressionKind.BOUNCE, {MessageType.BULK, MessageType.TRANSACTIONAL}),
        (SuppressionKind.BY_HAND, {MessageType.BULK, MessageType.TRANSACTIONAL, MessageType.REQUESTED}),
    ],
)
def test_decision_17_each_kind_stops_its_own_mails(
    db: Database, kind: SuppressionKind, stopped: set[MessageType]
) -> None:
    with db.write() as session:
        suppression.suppress(session, ANNA, kind)
        assert {
            message_type
            for message_type in MessageType
            if suppression.is_suppressed(session, ANNA, message_type)
        } == stopped
        assert not any(
            suppression.is_suppressed(session, "bob@example.org", message_type)
            for message_type in MessageType
        )


def test_suppressing_twice_is_once(db: Database) -> None:
    with db.write() as session:
        assert suppression.suppress(session, ANNA, SuppressionKind.BOUNCE)
        assert not suppression.suppress(session, ANNA, SuppressionKind.BOUNCE)
        assert suppression.suppress(session, ANNA, SuppressionKind.COMPLAINT)


def test_one_reason_is_lifted_and_the_others_stay(db: Database) -> None:
    with db.write() as session:
        suppression.suppress(session, ANNA, SuppressionKind.BOUNCE)
        suppression.suppress(session, ANNA, SuppressionKind.NEWSLETTER)
        assert suppression.lift(session, ANNA, SuppressionKind.NEWSLETTER)
        assert not suppression.lift(session, ANNA, SuppressionKind.NEWSLETTER)
        assert list(session.scalars(select(Suppression.kind))) == [SuppressionKind.BOUNCE]


def test_mail_19_the_address_itself_is_not_in_the_table(db: Database) -> None:
    with db.write() as session:
        suppression.suppress(session, ANNA, SuppressionKind.NEWSLETTER, "erased")
        stored = str(session.execute(text("SELECT * FROM suppression")).all())
    assert "anna" not in stored
    assert "example.org" not in stored


def test_mail_19_the_hash_is_keyed_by_this_sites_own_secret(db: Database) -> None:
    with db.write() as session:
        before = suppression.address_hash(session, ANNA)
        session.execute(
            text("UPDATE site_secret SET value = :v WHERE name = 'suppression'"), {"v": b"x" * 32}
        )
        assert suppression.address_hash(session, ANNA) != before
