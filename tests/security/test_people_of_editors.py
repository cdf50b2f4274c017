"""An editor wants to know who reads, subscribes or buys. The role is for articles, ads and digests: no people."""

import html
import re
from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from carrel.mail import outbox
from carrel.mail.message import Content
from carrel.mail.models import OutboxMail
from carrel.mail.outbox_sender import record
from carrel.mail.outcomes import Rejected
from carrel.services import Services
from newsletter.issues.models import Delivery, DeliveryState, Issue
from payments.models import Order, StripeEvent
from tests.support.browser import forms_of
from tests.support.digests import put_issue
from tests.support.office import fill_admin_tables
from tests.support.operators import NAMES, signed_in
from tests.support.state import dump
from website.admin.guard import NEED, OPEN_TO_ALL
from website.admin.operators.roles import Role
from website.admin.tables.routes import TABLES

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
COLLEAGUES = {*NAMES.values(), "new@carrel.test"}
OURS = {"desk@carrel.test", "help@carrel.test", "alarm@carrel.test"}
SAMPLES = {"token": "t" * 43}


@pytest.fixture
def people(services: Services) -> set[str]:
    """A site in use; the addresses of everybody who is no operator."""
    fill_admin_tables(services)
    put_issue(services, 3)
    with services.db.write() as session:
        _fail_and_lose_deliveries(session.scalars(select(Delivery)).all())
        mail = Content("lost", "Lost", "Text", "<p>Text</p>")
        outbox.queue(session, key="lost:1", to="lotte@example.org", mail=mail)
        session.flush()
        lost = session.scalars(select(OutboxMail).where(OutboxMail.name == "lost")).one()
        record(session, lost, Rejected(554, "<lotte@example.org>: refused"))
        body = {"customer_details": {"email": "payer@example.org", "name": "Paula Payer"}}
        session.execute(update(StripeEvent).values(body=body))
    return set(ADDRESS.findall(dump(services.db))) - COLLEAGUES - OURS


def _fail_and_lose_deliveries(deliveries: object) -> None:
    assert isinstance(deliveries, list)
    for delivery, state in zip(deliveries, (DeliveryState.UNCERTAIN, DeliveryState.FAILED), strict=False):
        delivery.state, delivery.problem = state, "550 <reader-0@example.org>: no such user"
        delivery.begun_at = delivery.ended_at = delivery.due_at


def addresses(app: Flask, services: Services, words: list[str]) -> Iterator[tuple[str, str]]:
    """Every route of the desk with everything that it can be asked for: method and address."""
    with services.db.read() as session:
        values = {
            "reference": list(session.scalars(select(Order.reference).limit(3))),
            "event_id": list(session.scalars(select(StripeEvent.event_id))),
            "issue_id": [str(number) for number in session.scalars(select(Issue.id))],
            "alarm_id": [str(number) for number in range(1, 6)],
        }
    for rule in app.extensions["admin"].url_map.iter_rules():
        choices = [values.get(name, [SAMPLES.get(name, "1")]) for name in sorted(rule.arguments)]
        for chosen in product(*choices):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                path = _built(rule, dict(zip(sorted(rule.arguments), chosen, strict=True)))
                yield method, path
                if method == "GET":
                    yield from ((method, f"{path}?q={word}&email={word}") for word in words)
    for table in TABLES:
        for table_filter in table.filters:
            yield from (
                ("GET", f"{table.path}?{table_filter.name}={choice.value}") for choice in table_filter.choices
            )
        yield from (("GET", f"{table.path}?sort={column.name}") for column in table.columns if column.sorts)


def _built(rule: Rule, values: dict[str, str]) -> str:
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return f"/admin{built[1]}"


def walk(app: Flask, services: Services, role: Role) -> Iterator[tuple[str, TestResponse]]:
    """What the role is answered everywhere. Only what changes nothing is posted: exports."""
    browser = signed_in(app, role)
    token = forms_of(browser.get("/admin/"))[-1].fields["csrf_token"]
    for method, path in addresses(app, services, ["sara@example.org", "reader-0", "1"]):
        if method == "GET":
            yield path, browser.get(path)
        elif path.endswith("/export"):
            yield path, browser.post(path, {"csrf_token": token})


def found_in(answer: TestResponse, people: set[str]) -> set[str]:
    text = html.unescape(answer.text)
    asked = html.unescape(answer.request.query_string.decode())
    return {person for person in (*people, "Paula Payer") if person in text and person not in asked}


@pytest.mark.sweep
def test_an_editor_wants_the_address_of_anybody_from_any_page_search_export_or_report(
    app: Flask, services: Services, people: set[str]
) -> None:
    assert {"sara@example.org", "reader-0@example.org", "gone@example.org"} - people == {"gone@example.org"}
    seen = {
        path: found
        for path, answer in walk(app, services, Role.EDITOR)
        if (found := found_in(answer, people))
    }
    assert seen == {}


def test_an_editor_wants_to_learn_by_searching_whether_somebody_is_known(
    app: Flask, services: Services, people: set[str]
) -> None:
    edda = signed_in(app, Role.EDITOR)
    for table in TABLES:
        known, unknown = (
            edda.get(f"{table.path}?q={word}") for word in ("reader-0@example.org", "nobody-0@example.org")
        )
        if known.status_code == 200:
            assert known.text.replace("reader-0@", "") == unknown.text.replace("nobody-0@", ""), table.name


@pytest.mark.sweep
def test_this_walk_finds_people_where_they_may_be_seen(
    app: Flask, services: Services, people: set[str]
) -> None:
    """Support sees them, so looking for them proves something."""
    seen = set[str]()
    for _, answer in walk(app, services, Role.SUPPORT):
        seen |= found_in(answer, people)
    assert seen >= {"sara@example.org", "reader-0@example.org", "anna@example.org", "Paula Payer"}


def test_the_walk_leaves_out_no_page(app: Flask, services: Services, people: set[str]) -> None:
    admin: Flask = app.extensions["admin"]
    walked = {path.partition("?")[0] for _, path in addresses(app, services, [])}
    adapter = admin.url_map.bind("carrel.test")
    reached = {
        adapter.match(path.removeprefix("/admin"), method=method)[0]
        for method in ("GET", "POST")
        for path in walked
        if adapter.test(path.removeprefix("/admin"), method=method)
    }
    closed = {name for name, view in admin.view_functions.items() if getattr(view, NEED) != OPEN_TO_ALL}
    assert closed <= reached
