"""Answers at the page of what is due, as its forms send them."""

from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from carrel import clock
from carrel.accounts.models import Reader
from carrel.services import Services
from tests.support.browser import Browser, forms_of
from website.study.days import study_day
from website.study.events import StudyRow
from website.study.log import store
from website.study.models import StudyEvent

TODAY = "/study/today"


def ago(days: int) -> dict[str, Any]:
    """When something was answered, for the columns of an event."""
    at = clock.now() - timedelta(days=days)
    return {"at": at, "day": study_day(at, UTC)}


def tell(services: Services, reader: Reader, *rows: StudyRow) -> None:
    """Let a reader have done this."""
    with services.db.write() as session:
        store(session, reader.id, rows)


def events(services: Services) -> list[tuple[str, str, int, int, str]]:
    """What is in the log, in its order."""
    with services.db.read() as session:
        return [
            (row.kind, row.mode, row.grade, row.choice, row.revision)
            for row in session.scalars(select(StudyEvent).order_by(StudyEvent.at, StudyEvent.study_day))
        ]


def due_form(page: TestResponse) -> dict[str, str]:
    """The fields of the item that is due."""
    return next(form.fields for form in forms_of(page) if form.action == TODAY)


def send(browser: Browser, page: TestResponse, **typed: str) -> TestResponse:
    """Send the page's form with this; `answer__panel` is the field `answer.panel`."""
    fields = {name.replace("__", "."): value for name, value in typed.items()}
    return browser.post(TODAY, due_form(page) | fields)
