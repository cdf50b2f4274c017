"""Making the issues that are due: one for each period, or for what has just appeared. A late one waits for the operator."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, literal, select, update
from sqlalchemy.orm import Session

from articles.models import Article
from carrel import clock
from carrel.db import insert_new, insert_selected
from carrel.services import Services
from carrel.settings import Settings
from newsletter.issues import pending_articles, schedule
from newsletter.issues.models import Issue, IssueArticle, ScheduleCursor
from newsletter.issues.schedule import Period
from newsletter.subscribers.models import Frequency, Subscription

EVERY_SECONDS = 5.0
MOST_SINGLE_ISSUES = 5  # as many new articles go out as mails of their own; more are one mail (decision 13)
LATE_AFTER = timedelta(days=1)  # for what should have gone out at once


def run_step(services: Services) -> bool:
    """A step of the worker: make the issues that are due. It never says that there is more."""
    for frequency in Frequency:
        with services.db.read() as session:
            due = is_due(session, services.settings, frequency, clock.now())
        if due:
            with services.db.write() as session:
                make_due(session, services.settings, frequency, clock.now())
    return False


def is_due(session: Session, settings: Settings, frequency: Frequency, now: datetime) -> bool:
    """Whether `make_due` would make an issue. Takes no lock."""
    cursor = session.get(ScheduleCursor, frequency)
    if cursor is None:
        return True
    if frequency is Frequency.EACH:
        return bool(_new_articles(session, now))
    return schedule.last_due(settings, frequency, now).due_at > cursor.due_at


def make_due(session: Session, settings: Settings, frequency: Frequency, now: datetime) -> None:
    """Make what is due; a second process, at the same moment or later, finds it made (MF-05)."""
    cursor = session.scalars(
        select(ScheduleCursor).where(ScheduleCursor.frequency == frequency).with_for_update()
    ).first()
    if cursor is None:
        _start_cursor(session, frequency, now)
    elif frequency is Frequency.EACH:
        _make_immediate_issues(session, _new_articles(session, now), now)
    else:
        _make_periodic_issue(session, settings, cursor, schedule.last_due(settings, frequency, now), now)


def _start_cursor(session: Session, frequency: Frequency, now: datetime) -> None:
    """The first run: the archive is not new; what came after somebody subscribed is."""
    first = session.scalar(select(func.min(Subscription.since)))
    floor = min(first, now) if first else now
    insert_new(session, ScheduleCursor, frequency=frequency, due_at=now, floor_at=floor)


def _make_periodic_issue(
    session: Session, settings: Settings, cursor: ScheduleCursor, period: Period, now: datetime
) -> None:
    if period.due_at <= cursor.due_at:
        return
    frequency = Frequency(cursor.frequency)
    before = schedule.previous_period(settings, frequency, period)
    # Nobody wants three weeks of articles at once without anybody having looked.
    missed = before.due_at > cursor.due_at
    reason = f"The issue before it was due on {before.due_at:%Y-%m-%d} and was never made." if missed else ""
    cursor.due_at = period.due_at
    if session.scalars(pending_articles.newest_ids(frequency, now).limit(1)).first() is not None:
        _add(session, frequency, period, now, reason=reason)


def _new_articles(session: Session, now: datetime) -> Sequence[Article]:
    """What has appeared and got no issue of its own yet, the oldest first.

    Not "since the last check": a publish that is still being committed has an earlier moment.
    """
    mailed = exists().where(IssueArticle.article_id == Article.id, IssueArticle.is_trigger)
    new = select(Article).where(pending_articles.eligible(Frequency.EACH, now), ~mailed)
    return session.scalars(new.order_by(Article.first_visible_at, Article.id)).all()


def _make_immediate_issues(session: Session, articles: Sequence[Article], now: datetime) -> None:
    groups = [[article] for article in articles] if len(articles) <= MOST_SINGLE_ISSUES else [list(articles)]
    for number, group in enumerate(groups, 1):
        appeared = group[0].first_visible_at or now
        reason = (
            f"It brings what appeared on {appeared:%Y-%m-%d}, and is late."
            if now - appeared > LATE_AFTER
            else ""
        )
        later = [article.id for others in groups[number:] for article in others]
        _add(
            session,
            Frequency.EACH,
            Period(_period_name(group), appeared),
            now,
            triggers=group,
            later=later,
            reason=reason,
        )


def _period_name(articles: Sequence[Article]) -> str:
    if len(articles) == 1:
        return f"article:{articles[0].slug}"
    slugs = " ".join(sorted(article.slug for article in articles))
    return f"{len(articles)} articles:{hashlib.sha256(slugs.encode()).hexdigest()[:16]}"


def _add(
    session: Session,
    frequency: Frequency,
    period: Period,
    now: datetime,
    *,
    triggers: Sequence[Article] = (),
    later: Sequence[int] = (),
    reason: str,
) -> None:
    """Make one issue with all articles that it may bring. Those in `later` get an issue of their own."""
    values = {"frequency": frequency, "period": period.name, "due_at": period.due_at, "created_at": now}
    if not insert_new(session, Issue, **values, reason=reason):
        return
    issue_id = session.scalars(
        select(Issue.id).where(Issue.frequency == frequency, Issue.period == period.name)
    ).one()
    for article in triggers:
        insert_new(session, IssueArticle, issue_id=issue_id, article_id=article.id, is_trigger=True)
    bringing = pending_articles.newest_ids(frequency, now).where(Article.id.not_in(later))
    ids = bringing.subquery()
    rows = select(literal(issue_id), ids.c.id, literal(False))
    insert_selected(session, IssueArticle, ["issue_id", "article_id", "is_occasion"], rows)
    too_many = update(IssueArticle).where(
        IssueArticle.issue_id == issue_id, IssueArticle.article_id.not_in(bringing)
    )
    session.execute(too_many.values(withdrawn_at=now))
