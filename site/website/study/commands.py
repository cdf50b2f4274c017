"""`carrel study`: what readers remember, derived anew from what they did."""

from collections.abc import Callable

import click
from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from articles.progress import Progress
from carrel.db import Database
from carrel.settings import Settings, load
from website.study.log import lock
from website.study.models import StudyEvent, StudyState
from website.study.replay import replay

AT_ONCE = 500  # items in a transaction: the site goes on writing between two


@click.group("study")
def study() -> None:
    """Rebuild what readers remember of what they studied."""


@study.command("rebuild")
@click.pass_obj
def rebuild_command(ready: Callable[[Settings], Database]) -> None:
    """Derive anew from the log what every reader remembers. Safe while the site runs, and to repeat."""
    db, progress = ready(load()), Progress("answers")
    try:
        readers, answers = rebuild(db, progress)
    finally:
        progress.end()
        db.close()
    click.echo(f"Derived anew. Readers: {readers:,}; answers: {answers:,}.")


def rebuild(db: Database, progress: Callable[[int], None]) -> tuple[int, int]:
    """Derive every reader's state anew. How many readers and events that were."""
    with db.read() as session:
        readers = session.scalars(union(select(StudyEvent.reader_id), select(StudyState.reader_id))).all()
    answers = 0
    for reader_id in readers:
        for items in _batches(db, reader_id):
            with db.write() as session:
                lock(session, reader_id)
                count = replay(session, reader_id, items)
            progress(count)
            answers += count
    return len(readers), answers


def _batches(db: Database, reader_id: int) -> list[list[int]]:
    with db.write() as session:
        lock(session, reader_id)
        items = _items(session, reader_id)
        gone = delete(StudyState).where(StudyState.reader_id == reader_id)
        session.execute(
            gone.where(
                StudyState.item_id.not_in(select(StudyEvent.item_id).where(StudyEvent.reader_id == reader_id))
            )
        )
    return [items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE)]


def _items(session: Session, reader_id: int) -> list[int]:
    query = select(StudyEvent.item_id).where(StudyEvent.reader_id == reader_id).distinct()
    return list(session.scalars(query.order_by(StudyEvent.item_id)))
