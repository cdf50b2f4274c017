"""What the page of a plan shows: what is due, what lies ahead, how the reader stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.items import CHECKED_KINDS
from articles.models import Article, Domain, Exam, StudyItem
from articles.study_items import can_be_answered, domain_of
from website.study.due import Calendar, due_counts, minutes
from website.study.memory import State
from website.study.models import StudyEvent, StudyState
from website.study.replay import NEVER
from website.study.standing import (
    Ahead,
    DomainStanding,
    ItemStanding,
    ahead,
    article_to_read,
    by_domain,
    weakest,
)


@dataclass(frozen=True, slots=True)
class PlanView:
    """How a reader stands in an exam. `ahead` is None without a date that lies ahead."""

    due: int
    due_minutes: int
    answered: int
    items: int
    domains: list[tuple[Domain | None, DomainStanding]]
    weakest: Domain | None
    weakest_standing: DomainStanding | None
    to_read: Article | None
    ahead: Ahead | None
    practiced: frozenset[str]  # slugs of the domains with questions; "" for questions without a domain


def plan_view(session: Session, reader_id: int, exam: Exam, calendar: Calendar, now: datetime) -> PlanView:
    """Everything about a reader and an exam."""
    rows = _items(session, exam, now)
    grades = _last_grades(session, reader_id, exam)
    items = [
        ItemStanding(item.kind, domain_of(item), item.article_id, grades.get(item.id, 0)) for item in rows
    ]
    titles = {domain.slug: domain for domain in exam.domains}
    standings = sorted(
        by_domain(items),
        key=lambda standing: (
            list(titles).index(standing.domain) if standing.domain in titles else len(titles)
        ),
    )
    weak, counts = weakest(standings), due_counts(session, reader_id, calendar, now)
    reading = article_to_read(items, weak.domain) if weak else None
    exam_day = calendar.exam_days.get(exam.id)
    states = _states(session, reader_id, rows) if exam_day else {}
    return PlanView(
        due=counts.exams.get(exam.id, 0),
        due_minutes=minutes(counts.seconds(exam.id)),
        answered=sum(item.last_grade > 0 for item in items),
        items=len(items),
        domains=[(titles.get(standing.domain), standing) for standing in standings],
        weakest=titles.get(weak.domain) if weak else None,
        weakest_standing=weak,
        to_read=session.get(Article, reading) if reading else None,
        ahead=ahead(items, states, calendar.today, exam_day) if exam_day else None,
        practiced=frozenset(item.domain for item in items if item.kind in CHECKED_KINDS),
    )


def _items(session: Session, exam: Exam, now: datetime) -> Sequence[StudyItem]:
    query = select(StudyItem).join(Article, Article.id == StudyItem.article_id)
    return session.scalars(query.where(StudyItem.exam_id == exam.id, *can_be_answered(now))).all()


def _last_grades(session: Session, reader_id: int, exam: Exam) -> dict[int, int]:
    """The grade of the last answer to each item, to what it means now."""
    newest = (StudyEvent.study_day.desc(), StudyEvent.at.desc(), StudyEvent.event_id.desc())
    number = func.row_number().over(partition_by=StudyEvent.item_id, order_by=newest)
    numbered = (
        select(StudyEvent.item_id, StudyEvent.grade, number.label("number"))
        .join(StudyItem, StudyItem.id == StudyEvent.item_id)
        .where(
            StudyEvent.reader_id == reader_id,
            StudyEvent.grade > 0,
            StudyItem.exam_id == exam.id,
            StudyEvent.meaning == StudyItem.meaning,
        )
        .subquery()
    )
    rows = session.execute(select(numbered.c.item_id, numbered.c.grade).where(numbered.c.number == 1))
    return {row.item_id: row.grade for row in rows}


def _states(session: Session, reader_id: int, items: Sequence[StudyItem]) -> Mapping[str, Sequence[State]]:
    """What is under review, by kind."""
    kinds, states = {item.id: item.kind for item in items}, dict[str, list[State]]()
    rows = select(StudyState).where(StudyState.reader_id == reader_id, StudyState.due_day < NEVER)
    for row in session.scalars(rows):
        if kind := kinds.get(row.item_id):
            state = State(row.stability, row.difficulty, row.due_day, row.last_day, row.reps, row.lapses)
            states.setdefault(kind, []).append(state)
    return states
