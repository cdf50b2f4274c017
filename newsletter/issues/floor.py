"""The floor: what appeared until then no digest brings any longer.

It only rises. A row of `delivered_article` may be deleted once its article is at or below the floor of every frequency:
whoever makes, edits, or repeats an issue asks for the floor in the statement that reserves the articles.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlalchemy.orm import Session, aliased

from articles.models import Article
from carrel.db import insert_into
from newsletter.issues.models import Issue, ScheduleCursor
from newsletter.subscribers.models import Frequency


def raise_floor(session: Session, moment: datetime) -> None:
    """Raise the floor of every frequency to this moment, unless it is higher already."""
    rows = [{"frequency": name, "due_at": moment, "floor_at": moment} for name in sorted(Frequency)]
    adding = insert_into(session, ScheduleCursor).values(rows)
    higher = ScheduleCursor.floor_at < adding.excluded.floor_at
    session.execute(
        adding.on_conflict_do_update(
            index_elements=[ScheduleCursor.frequency],
            set_={"floor_at": adding.excluded.floor_at},
            where=higher,
        )
    )


def is_below(issue_id: int, article_ids: Sequence[int | SQLColumnExpression[int]]) -> ColumnElement[bool]:
    """Whether one of these articles is at or below the floor of an issue's frequency."""
    cursor = select(ScheduleCursor.floor_at).join(Issue, Issue.frequency == ScheduleCursor.frequency)
    floor = cursor.where(Issue.id == issue_id).scalar_subquery()
    old = aliased(Article)  # the query around it may be about articles too
    return exists().where(old.id.in_(article_ids), old.first_visible_at <= floor)
