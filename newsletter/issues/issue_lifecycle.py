"""The lifecycle of an issue, from frozen to finished: the operator, or the worker in their place, moves it on.

Every transition names the states that it starts from, so that a second click finds nothing to do (MF-34).
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.orm import Session

from carrel import audit, clock
from carrel.mail.alarms import raise_alarm
from carrel.page_cache import bump_cache_version
from carrel.services import Services
from carrel.settings import Settings, is_local
from newsletter.issues import texts
from newsletter.issues.issue_names import name_for_commands
from newsletter.issues.models import DeliveredArticle, Delivery, DeliveryState, Issue, IssueState, MailVariant

NOT_OVER = (
    IssueState.DRAFT,
    IssueState.FROZEN,
    IssueState.WAITING,
    IssueState.SENDING,
    IssueState.PAUSED,
)
SENDING_LASTS = timedelta(hours=24)
CHANGED = "Someone changed this issue after you opened it, so it was not sent. Read it again, then send it."
STOPPED = "the issue was stopped"


class CannotSendError(Exception):
    """An issue cannot go out; the message says why and what to do."""

    def __init__(self, issue_id: int, sentence: str) -> None:
        super().__init__(sentence)
        self.issue_id = issue_id


def why_not(settings: Settings) -> str:
    """Why no digest can be sent with these settings, in a sentence; empty when it can (MAIL-24)."""
    if not settings.postal_address.strip():
        return "POSTAL_ADDRESS is missing: every digest must name one. Set it, then send."
    if not settings.mail_from:
        return "MAIL_FROM is missing: set the address that digests come from, then send."
    if not settings.is_https and not is_local(settings.base_url):
        return "CARREL_BASE_URL is not https, as the links of a digest must be. Set it, then send."
    return ""


def begin_one(services: Services) -> bool:
    """Let one frozen, composed issue go out, or wait for the operator. Whether there was one."""
    with services.db.read() as session:
        if session.scalars(_ready()).first() is None:
            return False
    with services.db.write() as session:
        if issue := session.scalars(_ready().with_for_update()).first():
            _begin(session, services.settings, issue)
    return True


def _ready() -> Select[Issue]:
    uncomposed = exists().where(MailVariant.issue_id == Issue.id, MailVariant.html.is_(None))
    frozen = select(Issue).where(Issue.state == IssueState.FROZEN, ~uncomposed)
    return frozen.order_by(Issue.id).limit(1)


def _begin(session: Session, settings: Settings, issue: Issue) -> None:
    issue.reason = why_not(settings) or issue.reason or _why_late(issue)
    must_be_seen = settings.digest_review or texts.of_issue(session, issue.id) is not None
    if issue.reason or (must_be_seen and not issue.approved_by):
        issue.state = IssueState.WAITING
    else:
        _start(session, issue)
    if issue.reason:
        text = f"Issue {issue.id} ({name_for_commands(issue)}) is waiting for you. {issue.reason}"
        raise_alarm(session, f"digest-waits:{issue.id}", "A digest is waiting for you", text)


def _why_late(issue: Issue) -> str:
    """A broadcast was approved before it had recipients: what nobody has sent for a day asks again."""
    is_late = bool(issue.approved_by) and clock.now() - issue.due_at > SENDING_LASTS
    return f"It was approved on {issue.due_at:%Y-%m-%d}, and is late." if is_late else ""


def _start(session: Session, issue: Issue) -> None:
    now = clock.now()
    issue.state, issue.started_at, issue.send_until = IssueState.SENDING, now, now + SENDING_LASTS
    bump_cache_version(session)  # the archive has a page more


def approve(
    session: Session, settings: Settings, issue_id: int, actor: str, *, version: int | None = None
) -> bool:
    """The operator has seen it: let it go out. Whether it was waiting. Raises `CannotSendError`.

    `version`: of the text that they saw; None when it does not matter.
    """
    if problem := why_not(settings):
        raise CannotSendError(issue_id, problem)
    waiting = update(Issue).where(Issue.id == issue_id, Issue.state == IssueState.WAITING)
    now = clock.now()
    values = {"state": IssueState.SENDING, "started_at": now, "send_until": now + SENDING_LASTS, "reason": ""}
    if session.scalars(waiting.values(values | {"approved_by": actor}).returning(Issue.id)).first() is None:
        return False
    if version is not None and session.scalars(texts.version(issue_id)).one() != version:
        raise CannotSendError(issue_id, CHANGED)
    bump_cache_version(session)
    audit.record(session, actor=actor, action="digest.send", subject=f"issue:{issue_id}")
    return True


def pause(session: Session, issue_id: int, actor: str, reason: str = "") -> bool:
    """Pause sending: each connection finishes its present mail at most. Whether it was being sent."""
    paused = {"state": IssueState.PAUSED, "reason": reason[:300]}
    return _transition(session, issue_id, (IssueState.SENDING,), paused, action="digest.pause", actor=actor)


def resume(session: Session, issue_id: int, actor: str) -> bool:
    """Go on sending. Whether it was paused."""
    going = {"state": IssueState.SENDING, "send_until": clock.now() + SENDING_LASTS, "reason": ""}
    return _transition(session, issue_id, (IssueState.PAUSED,), going, action="digest.resume", actor=actor)


def stop(session: Session, issue_id: int, actor: str) -> bool:
    """End it for good: what was not sent comes with the readers' next issue. Whether it was not over."""
    over = {"state": IssueState.STOPPED, "finished_at": clock.now()}
    if not _transition(session, issue_id, NOT_OVER, over, action="digest.stop", actor=actor):
        return False
    end_waiting(session, issue_id)
    return True


def _transition(
    session: Session,
    issue_id: int,
    states: tuple[IssueState, ...],
    values: Mapping[str, object],
    *,
    action: str,
    actor: str,
) -> bool:
    moving = update(Issue).where(Issue.id == issue_id, Issue.state.in_(states)).values(values)
    if session.scalars(moving.returning(Issue.id)).first() is None:
        return False
    audit.record(session, actor=actor, action=action, subject=f"issue:{issue_id}")
    return True


def end_waiting(session: Session, issue_id: int) -> None:
    """End the deliveries of a stopped issue that no worker has leased, and give their articles back."""
    queued = (Delivery.issue_id == issue_id, Delivery.state == DeliveryState.QUEUED)
    readers = select(Delivery.subscriber_id).where(*queued)
    session.execute(
        delete(DeliveredArticle).where(
            DeliveredArticle.issue_id == issue_id, DeliveredArticle.subscriber_id.in_(readers)
        )
    )
    over = {"state": DeliveryState.SUPPRESSED, "ended_at": clock.now(), "problem": STOPPED}
    session.execute(update(Delivery).where(*queued).values(over))
