"""What the next issue of a pace would be: the mail, who gets it, who does not, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, Subquery, case, exists, func, literal, select, true
from sqlalchemy.orm import Session

from carrel.mail.message import Content
from carrel.page_cache import Audience
from carrel.settings import Settings
from carrel.tokens import Signer
from newsletter.issues import composition, pending_articles
from newsletter.issues.models import Delivery, Issue, IssueState, Rendering
from newsletter.subscribers.eligibility import is_paused, is_suppressed
from newsletter.subscribers.models import Frequency, Subscriber, SubscriberState

GETS = ""
SHOWN = 20


@dataclass(frozen=True)
class Group:
    """Subscribers with whom it is the same: how many, and the first of them."""

    why: str
    count: int
    emails: Sequence[str]


@dataclass(frozen=True)
class Preview:
    """`issue` is the one that waits already, if any; else this is what an issue made now would be."""

    pace: Frequency
    issue: Issue | None
    mails: int  # different ones
    mail: Content | None  # the one that most readers get
    groups: Sequence[Group]


def preview(session: Session, settings: Settings, signer: Signer, pace: Frequency, now: datetime) -> Preview:
    """For one pace, as things are now. Changes nothing."""
    waiting = select(Issue).where(
        Issue.pace == pace, Issue.state.in_([IssueState.FROZEN, IssueState.WAITING])
    )
    issue = session.scalars(waiting.order_by(Issue.id.desc()).limit(1)).first()
    if issue:
        return _of_issue(session, settings, signer, issue, now)
    return _of_now(session, settings, signer, pace, now)


def _of_issue(session: Session, settings: Settings, signer: Signer, issue: Issue, now: datetime) -> Preview:
    pace = Frequency(issue.pace)
    counted = (
        select(Delivery.rendering_id, func.count().label("readers"))
        .where(Delivery.issue_id == issue.id)
        .group_by(Delivery.rendering_id)
        .subquery()
    )
    usual = select(Rendering).join(counted, counted.c.rendering_id == Rendering.id)
    rendering = session.scalars(usual.order_by(counted.c.readers.desc(), Rendering.id).limit(1)).first()
    mails = session.scalars(select(func.count()).select_from(counted)).one()
    gets = exists().where(Delivery.subscriber_id == Subscriber.id, Delivery.issue_id == issue.id)
    why = _why(now, settings, gets, true())
    mail = composition.compose(session, settings, signer, issue, rendering) if rendering else None
    return Preview(pace, issue, mails, mail, _groups(session, pace, why))


def _of_now(session: Session, settings: Settings, signer: Signer, pace: Frequency, now: datetime) -> Preview:
    of_pace = Subscriber.pace == pace
    rows = pending_articles.unread(pending_articles.newest_ids(pace, now), of_pace).subquery()
    fresh = (
        select(rows.c.subscriber_id, func.count().label("fresh")).group_by(rows.c.subscriber_id).subquery()
    )
    count = select(fresh.c.fresh).where(fresh.c.subscriber_id == Subscriber.id).scalar_subquery()
    at_least = 1 if pace is Frequency.EACH else settings.digest_min_articles
    why = _why(now, settings, func.coalesce(count, 0) >= at_least, func.coalesce(count, 0) == 0)
    receiving = pending_articles.unread(
        pending_articles.newest_ids(pace, now), of_pace & ~is_paused(now) & ~is_suppressed(), at_least
    )
    sets = pending_articles.sets(receiving.subquery(), settings)
    kinds = select(sets.c.edition, sets.c.articles, func.count().label("readers")).group_by(
        sets.c.edition, sets.c.articles
    )
    found = session.execute(kinds.order_by(func.count().desc(), sets.c.articles)).all()
    draft = Issue(id=0, pace=pace, period="preview", due_at=now, created_at=now)
    mail = _mail(session, settings, signer, draft, found[0]) if found else None
    return Preview(pace, None, len(found), mail, _groups(session, pace, why))


def _mail(
    session: Session, settings: Settings, signer: Signer, draft: Issue, kind: Row[str, str, int]
) -> Content:
    ids = [int(each) for each in kind.articles.split(",")]
    pieces = [composition.piece_of(settings, article) for article in composition.articles(session, ids)]
    return composition.compose_pieces(
        session, settings, signer, draft, edition=Audience(kind.edition), pieces=pieces
    )


def _why(
    now: datetime, settings: Settings, gets: ColumnElement[bool], nothing: ColumnElement[bool]
) -> ColumnElement[str]:
    """In words, for each subscriber of the pace; the first that is true."""
    thin = f"fewer than {settings.digest_min_articles} articles are new for the reader"
    return case(
        (Subscriber.state == SubscriberState.PENDING, literal("the address is not confirmed")),
        (Subscriber.state == SubscriberState.LEFT, literal("the reader left")),
        (is_suppressed(), literal("the address is suppressed")),
        (is_paused(now), literal("the reader takes a pause")),
        (gets, literal(GETS)),
        (nothing, literal("nothing is new for the reader")),
        else_=literal(thin),
    )


def _groups(session: Session, pace: Frequency, why: ColumnElement[str]) -> list[Group]:
    rows = select(Subscriber.id, Subscriber.email, why.label("why")).where(Subscriber.pace == pace).subquery()
    counts = session.execute(select(rows.c.why, func.count()).group_by(rows.c.why).order_by(rows.c.why)).all()
    return [Group(reason, count, session.scalars(_first(rows, reason)).all()) for reason, count in counts]


def _first(rows: Subquery, reason: str) -> Select[str]:
    return select(rows.c.email).where(rows.c.why == reason).order_by(rows.c.id).limit(SHOWN)
