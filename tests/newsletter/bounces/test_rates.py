"""An issue of which too much comes back pauses by itself, once."""

import pytest
from sqlalchemy import select, update

from carrel.mail.models import Alarm
from newsletter.bounces.models import BounceKind
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import Delivery, DeliveryState, Issue, IssueState
from tests.newsletter.bounces.conftest import SentIssue


def put_sent(sent: SentIssue, count: int, state: IssueState) -> None:
    """As if the issue had gone to so many."""
    with sent.services.db.write() as session:
        row = session.scalars(select(Delivery).limit(1)).one()
        extra = {"issue_id": row.issue_id, "variant_id": row.variant_id, "state": DeliveryState.SENT}
        times = {"due_at": row.due_at, "begun_at": row.begun_at, "ended_at": row.ended_at}
        session.add_all(Delivery(**extra, **times) for _ in range(count - 10))
        session.execute(update(Issue).values(state=state, finished_at=None))


def alarms(sent: SentIssue) -> list[str]:
    with sent.services.db.read() as session:
        return list(session.scalars(select(Alarm.text).where(Alarm.key.startswith("digest-"))))


def subjects(sent: SentIssue) -> list[str]:
    with sent.services.db.read() as session:
        return list(session.scalars(select(Alarm.subject).where(Alarm.key.startswith("digest-"))))


@pytest.mark.parametrize(
    ("mails", "state"), [(199, IssueState.PAUSED), (200, IssueState.SENDING), (1000, IssueState.SENDING)]
)
def test_above_five_in_a_hundred_hard_bounces_it_pauses(
    sent: SentIssue, mails: int, state: IssueState
) -> None:
    put_sent(sent, mails, IssueState.SENDING)
    for number in range(10):
        sent.tell(BounceKind.HARD, number)
    assert sent.issue().state == state
    assert len(alarms(sent)) == (state is IssueState.PAUSED)


def test_of_a_handful_nine_may_bounce(sent: SentIssue) -> None:
    put_sent(sent, 10, IssueState.SENDING)
    for number in range(9):
        sent.tell(BounceKind.HARD, number)
    assert sent.issue().state == IssueState.SENDING


@pytest.mark.parametrize(("mails", "state"), [(999, IssueState.PAUSED), (1000, IssueState.SENDING)])
def test_above_three_in_a_thousand_complaints_it_pauses(
    sent: SentIssue, mails: int, state: IssueState
) -> None:
    put_sent(sent, mails, IssueState.SENDING)
    for number in range(3):
        sent.tell(BounceKind.COMPLAINT, number)
    assert sent.issue().state == state
    assert subjects(sent) == ["Too many readers marked issue 1 as spam"] * (state is IssueState.PAUSED)


def test_soft_bounces_pause_nothing(sent: SentIssue) -> None:
    put_sent(sent, 10, IssueState.SENDING)
    for number in range(10):
        sent.tell(BounceKind.SOFT, number)
    assert (sent.issue().state, alarms(sent)) == (IssueState.SENDING, [])


def test_whoever_lets_it_go_on_is_not_stopped_again(sent: SentIssue) -> None:
    put_sent(sent, 20, IssueState.SENDING)
    for number in range(10):
        sent.tell(BounceKind.HARD, number)
    assert sent.issue().reason == "Paused automatically: 50.0% of its emails bounced."
    with sent.services.db.write() as session:
        issue_lifecycle.resume(session, sent.issue().id, "anna@example.org")
    for number in range(10):
        sent.tell(BounceKind.HARD, number, key=f"again:{number}")
    assert sent.issue().state == IssueState.SENDING
    assert len(alarms(sent)) == 1


def test_one_that_had_gone_out_already_is_an_alarm(sent: SentIssue) -> None:
    put_sent(sent, 20, IssueState.SENDING)
    with sent.services.db.write() as session:
        session.execute(update(Issue).values(state=IssueState.FINISHED, finished_at=Issue.created_at))
    for number in range(10):
        sent.tell(BounceKind.HARD, number)
    assert sent.issue().state == IssueState.FINISHED
    assert "had already been sent" in alarms(sent)[0]
