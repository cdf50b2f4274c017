"""One field finds everything that the role may see, and costs the same however large the site is."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from carrel.services import Services
from payments.gifts import codes, comp
from tests.support.articles import put_article
from tests.support.browser import Browser
from tests.support.office import fill_admin_tables
from tests.support.operators import signed_in
from website.admin.operators.roles import Role
from website.admin.screens.finding import SOURCES
from website.admin.search.find import find, wanted

pytestmark = pytest.mark.both_databases


@pytest.fixture
def gift_code(services: Services) -> str:
    """Something in every table, and a gift with this code."""
    fill_admin_tables(services)
    with services.db.write() as session:
        put_article(session, slug="modifier-25", title="When modifier 25 applies")
        gift = comp.make(session, services.signer, "olga@carrel.test", "a prize")
        return codes.reveal(services.signer, gift) or ""


def found(browser: Browser, words: str) -> str:
    page = browser.get("/admin/find", query_string={"q": words})
    assert page.status_code == 200
    return page.text.split('role="status"')[1]


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("anna@example.org", "/admin/readers/1"),
        ("ANNA@Example.org", "/admin/readers/1"),
        ("anna@", "/admin/readers/1"),
        ("buyer3@example.org", "/admin/orders/reference-3"),
        ("reference-4", "/admin/orders/reference-4"),
        ("pi_4", "/admin/orders/reference-4"),
        ("cs_4", "/admin/orders/reference-4"),
        ("evt_1", "/admin/inbox/evt_1"),
        ("sara@example.org", "/admin/subscribers/?q=sara%40example.org"),
        ("gone@example.org", "/admin/suppression?email=gone%40example.org"),
        ("modifier 25", "/articles/modifier-25/"),
        ("https://carrel.test/articles/modifier-25/", "/articles/modifier-25/"),
        ("Pencils", "/admin/ads/1"),
        ("disk", "/admin/alarms/1"),
        ("2026-W46", "/admin/issues/1"),
        ("ads.update", "/admin/audit/?q=ad%3A1"),
        ("sune@", "/admin/operators"),
    ],
)
def test_everything_is_found_by_what_people_have_of_it(
    app: Flask, gift_code: str, words: str, link: str
) -> None:
    assert f'{link}"' in found(signed_in(app), words)


def test_a_gift_is_found_by_its_code_or_the_last_letters_but_not_letter_by_letter(
    app: Flask, gift_code: str
) -> None:
    olga = signed_in(app)
    for words in (gift_code, gift_code.lower(), gift_code[-5:], gift_code[-4:].lower()):
        assert "/admin/gifts/1" in found(olga, words)
        assert gift_code not in found(olga, words)[200:]
    for words in (gift_code[-3:], gift_code[-7:], gift_code.replace("-", "")[-6:]):
        assert "/admin/gifts/1" not in found(olga, words)


@pytest.mark.parametrize(
    ("role", "words", "is_found"),
    [
        (Role.SUPPORT, "anna@example.org", True),
        (Role.SUPPORT, "reference-4", True),
        (Role.SUPPORT, "Pencils", False),
        (Role.SUPPORT, "2026-W46", False),
        (Role.SUPPORT, "ads.update", False),
        (Role.SUPPORT, "olga@", False),
        (Role.EDITOR, "Pencils", True),
        (Role.EDITOR, "2026-W46", True),
        (Role.EDITOR, "anna@example.org", False),
        (Role.EDITOR, "reference-4", False),
        (Role.EDITOR, "evt_1", False),
        (Role.EDITOR, "sara@example.org", False),
    ],
)
def test_nobody_finds_what_their_role_may_not_see(
    app: Flask, gift_code: str, role: Role, words: str, *, is_found: bool
) -> None:
    assert ("No results" not in found(signed_in(app, role), words)) is is_found


@pytest.mark.parametrize("words", ["%", "_", "'; DROP TABLE reader", "\0", "é" * 300, "9" * 30, "²", "a"])
def test_whatever_is_typed_is_only_words(app: Flask, gift_code: str, words: str) -> None:
    page = signed_in(app).get("/admin/find", query_string={"q": words})
    assert page.status_code == 200
    assert "/admin/readers/1" not in page.text


def test_without_words_the_page_says_what_can_be_typed_and_asks_nothing(app: Flask) -> None:
    page = signed_in(app).get("/admin/find").text
    assert "Email address or its beginning" in page
    assert "autofocus" in page
    assert "No results" not in page


LARGE = ("reader", "subscriber", "pass_order", "payment", "refund", "dispute", "stripe_event", "outbox_mail")


@pytest.mark.parametrize("words", ["nobody@example.org", "anna", "pi_unknown", "2026-W46", "modifier", "77"])
def test_no_search_reads_a_large_table_from_end_to_end(
    services: Services, gift_code: str, words: str
) -> None:
    """SQLite's own plan says so; PostgreSQL has the same indexes."""
    asked = wanted(services, Role.OWNER, words)
    seen: list[tuple[str, Any]] = []
    with services.db.read() as session:
        engine = session.get_bind()
        if engine.dialect.name != "sqlite":
            return

        def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
            seen.append((statement, values))

        event.listen(engine, "before_cursor_execute", note)
        find(session, SOURCES, asked)
        event.remove(engine, "before_cursor_execute", note)
        connection = session.connection()
        plans = [
            row[-1]
            for statement, values in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(plans) > 10
    scans = [plan for plan in plans if plan.split()[:2] in [["SCAN", table] for table in LARGE]]
    assert scans == [], seen
