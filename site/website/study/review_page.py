"""The page of one item that is due: open, or with what came of the answer; or that nothing is due."""

import uuid
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from articles.items import CHECKED_KINDS, TURNED_KINDS
from articles.models import Exam, StudyItem
from articles.study_items import Row, study_items
from carrel.services import services
from website.pages.page_context import Meta, PageContext
from website.study.answer_form import CHANGED, Fields, check_form, is_of_revision
from website.study.checking import Checked
from website.study.due import Calendar, minutes
from website.study.events import UUID
from website.study.item_view import GroupView, ItemView, grouped, item_view, story_view
from website.study.plan import calendar_of
from website.study.reading import stopped_at
from website.study.review import GRADES, Queue, days_until_due, queue_of
from website.study.sets import shown_options
from website.study.upcoming import upcoming

STUDIED_KINDS = (*CHECKED_KINDS, *TURNED_KINDS)
META = Meta("Due today", robots="noindex")
NOT_KEPT = "You were signed out, so this is not kept yet."


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

    def next(self) -> str:
        """The next item; or that none is left."""
        session = self.context.session
        item = session.get(StudyItem, self.queue.item_id) if self.queue.item_id else None
        exam = session.get(Exam, item.exam_id) if item else None
        following = _with_text(self.context, exam, item.key) if exam and item else None
        if following:
            return self.open(following)
        soon = upcoming(session, self.reader_id, self.calendar, self.context.now)
        stopped = stopped_at(session, self.reader_id, self.context.now)
        return self.context.render("study/today_done.html", META, upcoming=soon, stopped=stopped)

    def open(
        self, asked: ReviewItem, note: str = "", event_id: str = "", checked: Checked | None = None
    ) -> str:
        """The item, to be answered or graded. `note`: why it was not taken a moment ago; `checked`: as it is filled in."""
        event_id = event_id or str(uuid.uuid4())  # the form's: sent twice, it is one event
        days = days_until_due(self.context.session, self.reader_id, asked.item, self.calendar)
        grades = [(grade, word, days[grade]) for grade, word in GRADES.items()]
        view = _view(asked, event_id, checked)
        return self._render(asked, view, state="open", event=event_id, grades=grades, note=note)

    def again(self, asked: ReviewItem, form: Fields) -> str:
        """The item as a reader who was signed out left it, to be kept now."""
        if not is_of_revision(form, asked.item):
            return self.open(asked, CHANGED)
        event_id, checked = form.get("event", ""), check_form(form, asked.row)
        grade = next((word for number, word in GRADES.items() if form.get("grade") == str(number)), "")
        how = "Check your answer again." if checked else f"Press “{grade}” again." if grade else ""
        return self.open(
            asked, f"{NOT_KEPT} {how}".strip(), event_id if UUID.match(event_id) else "", checked
        )

    def checked(self, asked: ReviewItem, event_id: str, checked: Checked) -> str:
        """The item with what came of the answer."""
        return self._render(asked, _view(asked, event_id, checked), state="checked")

    def _render(self, asked: ReviewItem, view: ItemView, **more: object) -> str:
        left, groups = minutes(self.queue.due.seconds()), _with_story(self.context, asked, view)
        variables = {"exam": asked.exam, "view": view, "groups": groups, "queue": self.queue}
        return self.context.render("study/today.html", META, minutes=left, **variables, **more)


def find_item(context: PageContext, exam: str, key: str) -> ReviewItem | None:
    """An item that readers see, by its exam's slug and its key."""
    row = context.session.scalars(select(Exam).where(Exam.slug == exam)).first()
    return _with_text(context, row, key) if row else None


def checked_groups(context: PageContext, asked: ReviewItem, form: Fields) -> list[GroupView]:
    """What came of the answer in a form, for `components/study.html`; nothing if there is none, or of an older text."""
    checked = check_form(form, asked.row) if is_of_revision(form, asked.item) else None
    return _with_story(context, asked, _view(asked, form.get("event", ""), checked)) if checked else []


def _with_text(context: PageContext, exam: Exam, key: str) -> ReviewItem | None:
    rows = study_items(context.session, exam, context.now, kinds=STUDIED_KINDS, keys=[key])
    return ReviewItem(exam, rows[0]) if rows else None


def _with_story(context: PageContext, asked: ReviewItem, view: ItemView) -> list[GroupView]:
    exam, case = asked.exam, asked.item.case_key
    rows = study_items(context.session, exam, context.now, kinds=("case",), keys=[case]) if case else []
    return grouped([view], [story_view(text, item.key, article, exam) for item, text, article in rows])


def _view(asked: ReviewItem, seed: str, checked: Checked | None = None) -> ItemView:
    item, text, article = asked.row
    shown = shown_options(item.kind, text.options, seed, item.key)
    return item_view(item, text, article, asked.exam, shown=shown, checked=checked)
