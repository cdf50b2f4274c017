"""Broadcasts: written and saved as drafts; once sent, an issue like any other."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.settings import Settings
from newsletter.issues import issue_lifecycle
from newsletter.issues.models import BROADCAST, Issue, IssueState
from newsletter.subscribers.models import Frequency
from newsletter.subscribers.preferences import subscription_options
from newsletter.writing.models import IssueText
from newsletter.writing.recipients import count_recipients
from newsletter.writing.save import Draft, EditConflictError, InvalidDraftError, apply_draft, check_version


class BroadcastNotFoundError(Exception):
    """There is no such broadcast."""


class BroadcastSentError(Exception):
    """It was sent, so it cannot be changed, deleted or sent."""

    def __init__(self, issue_id: int) -> None:
        super().__init__("This broadcast was sent; it can no longer be changed.")
        self.issue_id = issue_id


class NobodyError(Exception):
    """Nobody would get it."""

    sentence = "Nobody would get it. Choose other recipients."


@dataclass(frozen=True)
class BroadcastDraft(Draft):
    """Also whom it is for: frequencies, and ids of exams and topics; none of these means whatever they read."""

    frequencies: Collection[str]
    exams: Collection[int]
    topics: Collection[int]


def find(session: Session, broadcast_id: int) -> IssueText:
    """A broadcast, sent or not. Raises `BroadcastNotFoundError`."""
    found = select(IssueText).where(IssueText.id == broadcast_id, IssueText.is_broadcast)
    if (text := session.scalars(found).first()) is None:
        raise BroadcastNotFoundError
    return text


def create(session: Session, settings: Settings, draft: BroadcastDraft, *, actor: str) -> int:
    """Save a new draft; its id. Raises `InvalidDraftError`."""
    text = IssueText(is_broadcast=True)
    _apply(session, settings, text, draft, actor)
    session.add(text)
    session.flush()
    audit.record(session, actor=actor, action="broadcast.create", subject=f"broadcast:{text.id}")
    return text.id


def save(
    session: Session, settings: Settings, broadcast_id: int, draft: BroadcastDraft, *, actor: str
) -> None:
    """Change a draft. Raises `EditConflictError`, `InvalidDraftError` and `BroadcastSentError`."""
    text = _lock_draft(session, broadcast_id)
    check_version(text, draft.version)
    _apply(session, settings, text, draft, actor)
    audit.record(session, actor=actor, action="broadcast.edit", subject=f"broadcast:{broadcast_id}")


def delete(session: Session, broadcast_id: int, version: int, *, actor: str) -> None:
    """Throw a draft away. Raises `EditConflictError` and `BroadcastSentError`."""
    text = _lock_draft(session, broadcast_id)
    check_version(text, version)
    session.delete(text)
    audit.record(session, actor=actor, action="broadcast.delete", subject=f"broadcast:{broadcast_id}")


def send(session: Session, settings: Settings, broadcast_id: int, version: int, *, actor: str) -> int:
    """Make an issue of the draft, which goes out as soon as its recipients are gathered; the issue's id.

    Raises `EditConflictError`, `BroadcastSentError`, `CannotSendError` and `NobodyError`.
    """
    text = _lock_draft(session, broadcast_id)
    check_version(text, version)
    if problem := issue_lifecycle.why_not(settings):
        raise issue_lifecycle.CannotSendError(0, problem)
    now = clock.now()
    count = count_recipients(session, settings, text, now)
    if not count.receiving:
        raise NobodyError
    # Unique: whatever happens, a broadcast has one issue.
    period = f"{BROADCAST}{broadcast_id}"
    issue = Issue(frequency=Frequency.EACH, period=period, due_at=now, created_at=now, approved_by=actor)
    session.add(issue)
    session.flush()
    text.issue_id = issue.id
    after: audit.Values = {"issue": issue.id, "recipients": count.receiving}
    audit.record(
        session, actor=actor, action="broadcast.send", subject=f"broadcast:{broadcast_id}", after=after
    )
    return issue.id


def count_as_sent(session: Session, periods: Iterable[str], moment: datetime, actor: str) -> None:
    """What the sent log knows as sent is no draft, though the backup that was restored has it as one."""
    ids = [int(period.removeprefix(BROADCAST)) for period in periods if period.startswith(BROADCAST)]
    drafts = select(IssueText).where(IssueText.id.in_(ids), IssueText.issue_id.is_(None))
    for text in session.scalars(drafts).all():
        over = {"state": IssueState.FINISHED, "approved_by": actor}
        moments = dict.fromkeys(("due_at", "created_at", "frozen_at", "started_at", "finished_at"), moment)
        issue = Issue(frequency=Frequency.EACH, period=f"{BROADCAST}{text.id}", **over, **moments)
        session.add(issue)
        session.flush()
        text.issue_id = issue.id


def _lock_draft(session: Session, broadcast_id: int) -> IssueText:
    locked = select(IssueText).where(IssueText.id == broadcast_id, IssueText.is_broadcast).with_for_update()
    text = session.scalars(locked).first()
    if text is None:
        raise EditConflictError
    if text.issue_id is not None:
        raise BroadcastSentError(text.issue_id)
    return text


def _apply(session: Session, settings: Settings, text: IssueText, draft: BroadcastDraft, actor: str) -> None:
    options = subscription_options(session)
    if not draft.frequencies or not set(draft.frequencies) <= set(Frequency):
        raise InvalidDraftError({"paces": "Choose at least one of them."})
    if not set(draft.exams) <= set(options.exam_ids.values()):
        raise InvalidDraftError({"exams": "One of the exams is no longer there. Choose again."})
    if not set(draft.topics) <= set(options.topic_ids.values()):
        raise InvalidDraftError({"topics": "One of the topics is no longer there. Choose again."})
    apply_draft(session, settings, text, draft, is_needed=True, actor=actor)
    text.frequencies = [each for each in Frequency if each in set(draft.frequencies)]
    text.exams, text.topics = sorted(draft.exams), sorted(draft.topics)
