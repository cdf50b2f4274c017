"""How many items come in the next days, for the page that says that nothing is due."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from articles.models import Article, StudyItem
from articles.study_items import can_be_answered
from website.study.days import date_of
from website.study.due import Calendar
from website.study.models import StudyState

DAYS = 7


def upcoming(session: Session, reader_id: int, calendar: Calendar, now: datetime) -> list[tuple[date, int]]:
    """The next days on which items are due, and how many, as things stand. The exam's date is not looked at."""
    query = (
        select(StudyState.due_day, func.count())
        .join(StudyItem, StudyItem.id == StudyState.item_id)
        .join(Article, Article.id == StudyItem.article_id)
        .where(
            StudyState.reader_id == reader_id,
            StudyState.due_day.between(calendar.today + 1, calendar.today + DAYS),
            *can_be_answered(now),
        )
        .group_by(StudyState.due_day)
        .order_by(StudyState.due_day)
    )
    return [(date_of(day), count) for day, count in session.execute(query)]
