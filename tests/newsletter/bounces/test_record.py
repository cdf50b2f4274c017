"""What a report changes, in any order and however often it comes."""

import itertools
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from carrel import clock
from carrel.mail.models import Suppression, SuppressionKind
from carrel.mail.suppression import MessageType
from newsletter.bounces import record as recording
from newsletter.bounces import retention
from newsletter.bounces.models import BounceKind
from newsletter.bounces.report import UnsubscribeReport
from newsletter.subscribers.models import Subscriber, SubscriberState
from tests.newsletter.bounces.conftest import LIMITS, SentIssue
from tests.support.articles import put_article
from tests.support.digests import deliver

ASKED_FOR = (MessageType.TRANSACTIONAL, MessageType.REQUESTED)


def test_a_hard_bounce_ends_digests_and_neither_receipts_nor_sign_in_links(sent: SentIssue) -> None:
    assert sent.tell(BounceKind.HARD, message_id=sent.message_id(), reason="550 5.1.1 nobody") == 1
    assert not sent.gets()
    assert all(sent.gets(message_type=message_type) for message_type in ASKED_FOR)
    assert sent.gets(1)
    (bounce,) = sent.bounces()
    assert (bounce.delivery_id, bounce.issue_id) == (sent.delivery().id, sent.issue().id)


def test_a_complaint_unsubscribes_and_suppresses(sent: SentIssue) -> None:
    sent.tell(BounceKind.COMPLAINT)
    assert sent.subscriber().state == SubscriberState.LEFT
    assert not sent.gets()
    assert all(sent.gets(message_type=message_type) for message_type in ASKED_FOR)
    with sent.services.db.read() as session:
        kinds = set(session.scalars(select(Suppression.kind)))
    assert kinds == {SuppressionKind.COMPLAINT, SuppressionKind.NEWSLETTER}


def test_a_soft_bounce_is_only_counted(sent: SentIssue) -> None:
    sent.tell(BounceKind.SOFT)
    assert sent.gets()
    assert [bounce.kind for bounce in sent.bounces()] == [BounceKind.SOFT]


@pytest.mark.sweep
def test_five_soft_bounces_in_a_row_end_digests_and_four_do_not(sent: SentIssue) -> None:
    for number in range(5):
        if number:
            with sent.services.db.write() as session:
                put_article(session, f"more-{number}")
            deliver(sent.services)
        assert sent.gets()
        assert sent.gets(1)
        sent.tell(BounceKind.SOFT, key=f"0:{number}")
        if number != 2:  # of the other reader's, one arrived
            sent.tell(BounceKind.SOFT, 1, key=f"1:{number}")
    assert not sent.gets()
    assert sent.gets(1)


REPORTS = [(BounceKind.HARD, "a"), (BounceKind.SOFT, "b"), (BounceKind.COMPLAINT, "c")]


@pytest.mark.parametrize("order", list(itertools.permutations(REPORTS)))
def test_in_any_order_and_doubled_it_ends_alike(
    sent: SentIssue, order: tuple[tuple[BounceKind, str], ...]
) -> None:
    new = [sent.tell(kind, key=key) for kind, key in (*order, *order)]
    assert new == [1, 1, 1, 0, 0, 0]
    assert sent.subscriber().state == SubscriberState.LEFT
    assert not sent.gets()
    assert len(sent.bounces()) == 3


def test_a_report_that_names_no_mail_is_about_the_last_one_of_this_week(sent: SentIssue) -> None:
    sent.tell(BounceKind.SOFT)
    with time_machine.travel(clock.now() + timedelta(days=8), tick=False):
        sent.tell(BounceKind.SOFT, 1)
    first, second = sent.bounces()
    assert first.delivery_id == sent.delivery().id
    assert (second.delivery_id, second.issue_id) == (None, None)


def test_the_mail_tells_who_it_was_where_the_address_is_hidden_or_was_forwarded(sent: SentIssue) -> None:
    sent.tell(BounceKind.COMPLAINT, 3, address="", message_id=sent.message_id(3))
    sent.tell(BounceKind.HARD, 4, address="elsewhere@example.net", message_id=sent.message_id(4))
    assert sent.subscriber(3).state == SubscriberState.LEFT
    assert not sent.gets(4)


@pytest.mark.parametrize("message_id", ["<digest.1@carrel.test>", f"<digest.1.{'0' * 20}@carrel.test>", ""])
def test_a_message_id_that_anybody_could_guess_says_nothing(sent: SentIssue, message_id: str) -> None:
    assert sent.tell(BounceKind.COMPLAINT, address="", message_id=message_id) == 0
    assert sent.bounces() == []


def test_an_address_that_never_subscribed_is_suppressed_too(sent: SentIssue) -> None:
    assert sent.tell(BounceKind.HARD, address="Buyer@Example.org") == 1
    with sent.services.db.read() as session:
        assert session.scalars(select(Suppression.kind)).all() == [SuppressionKind.NEWSLETTER]


def test_why_is_kept_without_the_address(sent: SentIssue) -> None:
    address = sent.address()
    sent.tell(BounceKind.HARD, reason=f"550 5.1.1 <{address}>\r\n  nobody {'x' * 400}")
    (bounce,) = sent.bounces()
    assert bounce.reason.startswith("550 5.1.1 <r•••@example.org> nobody x")
    assert len(bounce.reason) == 300


@pytest.mark.parametrize("written", ["Reader-0@EXAMPLE.org", "someone.else@example.net"])
def test_why_names_nobody_however_the_server_writes_them(sent: SentIssue, written: str) -> None:
    sent.tell(BounceKind.HARD, reason=f"550 5.1.1 <{written}>: forwarded, and <{written}> is unknown")
    with sent.services.db.read() as session:
        kept = [*session.scalars(select(Suppression.note)), *(bounce.reason for bounce in sent.bounces())]
    assert len(kept) == 2
    assert not any(written.partition("@")[0] in words for words in kept)


@pytest.mark.parametrize("kind", [BounceKind.HARD, BounceKind.SOFT])
def test_what_comes_back_late_does_not_end_a_subscription_that_was_confirmed_since(
    sent: SentIssue, kind: BounceKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SOFT_IN_A_ROW", 1)
    with sent.services.db.write() as session:
        confirmed = update(Subscriber).where(Subscriber.email == sent.address())
        session.execute(confirmed.values(confirmed_at=clock.now() + timedelta(minutes=1)))
    assert sent.tell(kind, message_id=sent.message_id()) == 1
    assert sent.gets()
    sent.tell(kind, 1, message_id=sent.message_id(1))
    assert not sent.gets(1)


def unsubscribe(sent: SentIssue, number: int, at: datetime | None) -> int:
    with sent.services.db.write() as session:
        report = UnsubscribeReport("postmark", sent.address(number).upper(), at)
        return recording.record(session, sent.services.signer, [report], LIMITS)


def test_whoever_unsubscribes_at_the_service_is_unsubscribed_and_has_not_complained(sent: SentIssue) -> None:
    assert [unsubscribe(sent, 0, clock.now()), unsubscribe(sent, 0, clock.now())] == [1, 0]
    assert sent.subscriber().state == SubscriberState.LEFT
    with sent.services.db.read() as session:
        (row,) = session.scalars(select(Suppression))
    assert (row.kind, row.note) == (SuppressionKind.NEWSLETTER, "unsubscribed at Postmark")
    assert sent.bounces() == []


@pytest.mark.parametrize(("minutes", "state"), [(-1, SubscriberState.CONFIRMED), (1, SubscriberState.LEFT)])
def test_of_unsubscribing_there_and_subscribing_here_the_later_counts(
    sent: SentIssue, minutes: int, state: SubscriberState
) -> None:
    confirmed_at = sent.subscriber().confirmed_at
    assert confirmed_at
    unsubscribe(sent, 0, confirmed_at + timedelta(minutes=minutes))
    assert sent.subscriber().state == state


def test_a_service_that_does_not_say_when_is_believed(sent: SentIssue) -> None:
    assert unsubscribe(sent, 0, None) == 1


def test_what_no_database_can_hold_is_replaced(sent: SentIssue) -> None:
    sent.tell(BounceKind.HARD, reason="550 no\0body \ud800")
    assert [bounce.reason for bounce in sent.bounces()] == ["550 no\ufffdbody \ufffd"]


def test_data_21_why_is_forgotten_after_half_a_year_and_the_rest_after_a_little_more_than_one(
    sent: SentIssue,
) -> None:
    sent.tell(BounceKind.HARD, reason="550 5.1.1")
    for days, kept in ((179, ["550 5.1.1"]), (181, [""]), (401, [])):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            assert not retention.run_step(sent.services)
        assert [bounce.reason for bounce in sent.bounces()] == kept
    assert not sent.gets()
