"""Keeps what a reader answered by a form, as a device would have told it."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from carrel.accounts import limits
from carrel.settings import Settings
from website.study import log
from website.study.checking import Given
from website.study.days import study_day
from website.study.events import StudyRow
from website.study.item_view import ItemView
from website.study.models import EventKind
from website.study.plan import zone_of
from website.study.practice_set import ShownSet

# Ids of events that forms made: the same answer sent twice on a day, by reloading the page, is one event.
_NAMESPACE = uuid.UUID("5d5f3c1e-8a0b-4e0e-9d57-0f6a35a1c9b2")
Source = tuple[int, str, int]  # whose answers, to which set, on which study day


def keep_answers(
    session: Session,
    settings: Settings,
    reader_id: int,
    shown: ShownSet,
    now: datetime,
    *,
    marked: Collection[str] = (),
) -> int:
    """Add the checked answers of a set, and items to be reviewed by their keys, to the reader's log.

    How many of them are there now. Raises `TooManyRequestsError`.
    """
    answered = [view for view in shown.items if view.checked]
    wanted = [view for view in shown.items if view.key in marked]
    if not answered and not wanted:
        return 0
    limits.check(session, "study-log", str(reader_id), log.BATCHES)
    source = (
        reader_id,
        shown.choice.path(shown.exam.slug),
        study_day(now, zone_of(session, reader_id, settings)),
    )
    rows = [_row(view, EventKind.ANSWER, source, now) for view in answered]
    rows += [_row(view, EventKind.MARK, source, now) for view in wanted]
    return log.store(session, reader_id, rows)


def _row(view: ItemView, kind: EventKind, source: Source, now: datetime) -> StudyRow:
    checked = view.checked if kind is EventKind.ANSWER else None
    given = checked.given if checked else Given()
    said = (kind.value, view.key, view.revision, sorted(given.chosen), given.words, given.places)
    return StudyRow(
        event_id=str(uuid.uuid5(_NAMESPACE, repr((*source, *said)))),
        kind=kind,
        exam=view.exam,
        item=view.key,
        revision=view.revision,
        meaning=view.meaning,
        grade=checked.grade if checked else 0,
        choice=checked.choice if checked else 0,
        day=source[2],
        at=now,
        mode="practice",
    )
