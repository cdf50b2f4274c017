"""The forms about subscribers, filled in as an operator would."""

from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from carrel.audit import AuditEntry
from carrel.services import Services
from newsletter.subscribers.models import Subscriber
from tests.support.browser import Browser, forms_of

ANNA, WHY = "anna@example.org", "asked by phone"


def act(browser: Browser, page: str, action: str, **fields: Any) -> TestResponse:
    """Send the form of a page that goes there."""
    opened = browser.get(page)
    form = next(form for form in forms_of(opened) if form.action == action)
    return browser.post(action, form.fields | fields)


def do(browser: Browser, subscriber_id: int, name: str, **fields: Any) -> TestResponse:
    page = f"/admin/subscribers/{subscriber_id}"
    return act(browser, page, f"{page}/{name}", **({"reason": WHY} | fields))


def row(services: Services) -> Subscriber:
    with services.db.read() as session:
        return session.scalars(select(Subscriber)).one()


def log(services: Services) -> list[tuple[str, str, str, str]]:
    with services.db.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.actor, entry.action, entry.subject, entry.reason) for entry in entries]
