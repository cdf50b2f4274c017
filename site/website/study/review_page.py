"""The page of one item that is due: open, or with what came of the answer; or that nothing is due."""

import uuid
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Select, select

from articles.models import Exam, StudyItem
from articles.study_items import Row, study_items
from carrel.services import services
from website.pages.page_context import Meta, PageContext
from website.study.checking import Checked
from website.study.due import Calendar, minutes
from website.study.item_view import ItemView, grouped, item_view, story_view
from website.study.plan import calendar_of
from website.study.reading import stopped_at
from website.study.review import GRADES, Queue, days_until_due, queue_of
from website.study.sets import shown_options
from website.study.upcoming import upcoming

META = Meta("Due today", robots="noindex")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An item at its current text, and its exam."""

    exam: Exam
    row: Row

    @property
    def item(self) -> StudyItem:
        """The item itself."""
        return self.row[0]


@dataclass
class ReviewPage:
    """A reader's page, as it is at this moment."""

    context: PageContext
    reader_id: int

    @cached_property
    def calendar(self) -> Calendar:
        """The reader's day."""
        return calendar_of(self.context.session, self.reader_id, services().settings, self.context.now)

    @cached_property
    def queue(self) -> Queue:
        """What is left for today."""
        return queue_of(self.context.session, self.reader_id, self.calendar, self.context.now)

    def item(self, exam: str, key: str) -> ReviewItem | None:
        """An item that readers see, by its exam's slug and its key."""
        return _item(self.context, select(Exam).where(Exam.slug == exam), key)

    def next(self) -> str:
        """The next item; or that none is left."""
        session = self.context.session
        item = session.get(StudyItem, self.queue.item_id) if self.queue.item_id else None
        following = (
            _item(self.context, select(Exam).where(Exam.id == item.exam_id), item.key) if item else None
        )
        if following:
            return self.open(following)
        soon = upcoming(session, self.reader_id, self.calendar, self.context.now)
        stopped = stopped_at(session, self.reader_id, self.context.now)
        return self.context.render("study/today_done.html", META, upcoming=soon, stopped=stopped)

    def open(self, asked: ReviewItem, note: str = "") -> str:
        """The item, to be answered or graded. `note`: why it was not taken a moment ago."""
        event_id = str(uuid.uuid4())  # the form's: sent twice, it is one event
        days = days_until_due(self.context.session, self.reader_id, asked.item, self.calendar)
        grades = [(grade, word, days[grade]) for grade, word in GRADES.items()]
        view = _view(asked, event_id)
        return self._render(asked, view, state="open", event=event_id, grades=grades, note=note)

    def checked(self, asked: ReviewItem, event_id: str, checked: Checked) -> str:
        """The item with what came of the answer."""
        return self._render(asked, _view(asked, event_id, checked), state="checked")

    def _render(self, asked: ReviewItem, view: ItemView, **more: object) -> str:
        exam, case, now = asked.exam, asked.item.case_key, self.context.now
        told = study_items(self.context.session, exam, now, kinds=("case",), keys=[case]) if case else []
        stories = [story_view(text, item.key, article, exam) for item, text, article in told]
        left = minutes(self.queue.due.seconds())
        variables = {"exam": exam, "view": view, "groups": grouped([view], stories), "queue": self.queue}
        return self.context.render("study/today.html", META, minutes=left, **variables, **more)


def _item(context: PageContext, exams: Select[Exam], key: str) -> ReviewItem | None:
    exam = context.session.scalars(exams).first()
    rows = study_items(context.session, exam, context.now, keys=[key]) if exam else []
    return ReviewItem(exam, rows[0]) if exam and rows else None


def _view(asked: ReviewItem, seed: str, checked: Checked | None = None) -> ItemView:
    item, text, article = asked.row
    shown = shown_options(item.kind, text.options, seed, item.key)
    return item_view(item, text, article, asked.exam, shown=shown, checked=checked)
