"""One table component for everything: search, filter, sort, pages, CSV, and nothing beyond what is declared."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from carrel.accounts.models import Reader
from carrel.audit import AuditEntry
from carrel.db import Database
from carrel.mail import suppression
from carrel.mail.models import Suppression, SuppressionKind
from carrel.services import Services
from tests.support.articles import put_article
from tests.support.operators import OLGA, signed_in
from website.admin.operators.roles import Role
from website.admin.tables.people import READERS, SUPPRESSIONS
from website.admin.tables.routes import TABLES
from website.admin.tables.table import PAGE, Table, all_rows, find_page, table_query

pytestmark = pytest.mark.both_databases

START = datetime(2026, 11, 1, tzinfo=UTC)


def put_readers(db: Database, count: int) -> None:
    rows = [
        {
            "email": f"reader{number}@example.org",
            "email_key": f"reader{number}@example.org",
            "ad_free": number % 2 == 0,
            "created_at": START + timedelta(minutes=number // 3),  # three at a time: ties
        }
        for number in range(count)
    ]
    with db.write() as session:
        session.execute(insert(Reader), rows)


def addresses_of(table: Table) -> list[str]:
    queries = ["", "q=50%25_x'", "q=7"]
    queries += [f"sort={way}{column.name}" for column in table.columns for way in ("", "-")]
    queries += [
        f"{table_filter.name}={choice.value}"
        for table_filter in table.filters
        for choice in table_filter.choices
    ]
    return [f"{table.path}?{query}".rstrip("?") for query in queries]


@pytest.mark.sweep
def test_every_table_is_shown_searched_filtered_and_sorted_by_every_column(app: Flask) -> None:
    olga = signed_in(app)
    for table in TABLES:
        for address in addresses_of(table):
            page = olga.get(address)
            assert page.status_code == 200, address
            assert f"<h1>{table.title}</h1>" in page.text, address


def test_con_08_the_pages_of_ten_thousand_rows_neither_repeat_nor_skip_one(db: Database) -> None:
    put_readers(db, 10_000)
    with db.read() as session:
        for sort in ("-created_at", "created_at", "ad_free", "-seen_at"):
            whole = [row.key for row in all_rows(session, READERS, table_query(READERS, {"sort": sort}))]
            assert len(set(whole)) == len(whole) == 10_000
            if sort == "-created_at":
                in_order = session.execute(
                    select(Reader.id).order_by(Reader.created_at.desc(), Reader.id.desc())
                )
                assert whole == [row.id for row in in_order]
            for page in (1, 2, 77, 200):
                rows_page = find_page(
                    session, READERS, table_query(READERS, {"sort": sort, "page": str(page)})
                )
                assert [row.key for row in rows_page.rows] == whole[(page - 1) * PAGE : page * PAGE]
            assert (rows_page.total, rows_page.pages) == (10_000, 200)


def test_con_08_an_address_with_several_reasons_has_several_rows_each_once(db: Database) -> None:
    with db.write() as session:
        for number in range(PAGE):
            for kind in (SuppressionKind.BY_HAND, SuppressionKind.BOUNCE):
                suppression.suppress(session, f"reader{number}@example.org", kind)
        session.execute(update(Suppression).values(since=START))
    with db.read() as session:
        rows_page = [
            find_page(session, SUPPRESSIONS, table_query(SUPPRESSIONS, {"page": page})) for page in ("1", "2")
        ]
    rows = [(row.key, row.kind) for page in rows_page for row in page.rows]
    assert len(set(rows)) == len(rows) == 2 * PAGE


def test_a_search_finds_parts_whatever_their_case_and_knows_no_wildcards(db: Database) -> None:
    put_readers(db, 20)
    with db.read() as session:

        def count(**given: str) -> int:
            return find_page(session, READERS, table_query(READERS, given)).total

        assert count(q="READER1") == 11
        assert count(q="reader1@") == 1
        assert count(q="r%1") == count(q="reader_") == 0
        assert count(q="reader", **{"pass": "yes"}) == 10


@pytest.mark.parametrize(
    "given",
    [
        {"sort": "password_hash"},
        {"sort": "--created_at"},
        {"sort": "id;drop"},
        {"pass": "yes' OR 1=1"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "²"},
        {"token_hash": "1"},
    ],
)
def test_con_07_what_a_table_does_not_know_is_dropped(given: dict[str, str]) -> None:
    assert table_query(READERS, given) == table_query(READERS, {})


def test_con_08_an_export_has_what_the_page_shows_and_is_in_the_log(app: Flask, services: Services) -> None:
    olga = signed_in(app)
    put_readers(services.db, 120)
    page = olga.get("/admin/readers/?q=reader1&sort=email&pass=no")
    answer = olga.send(page, -1)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["Email", "Pass", "Since", "Last seen", "Erased"]
    assert [row[0] for row in rows[1:4]] == [
        "reader101@example.org",
        "reader103@example.org",
        "reader105@example.org",
    ]
    assert rows[1][1:3] == ["no", "2026-11-01T00:33:00+00:00"]
    with services.db.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (OLGA, "table.export", "table:readers")
    # Not what was searched for: it may be an address, and the log outlives its owner (DATA-20).
    assert entry.after == {"rows": len(rows) - 1, "searched": True, "chosen": {"pass": "no"}}


def test_con_08_a_cell_that_begins_like_a_formula_is_disarmed(app: Flask, services: Services) -> None:
    with services.db.write() as session:
        put_article(session, slug="sum", title="=HYPERLINK(1)")
    olga = signed_in(app)
    assert "'=HYPERLINK(1)" in olga.send(olga.get("/admin/articles/"), -1).text


def test_con_08_support_cannot_take_away_what_it_may_not_see(app: Flask) -> None:
    sune = signed_in(app, Role.SUPPORT)
    token = sune.get("/admin/readers/").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert sune.post("/admin/audit/export", {"csrf_token": token}).status_code == 403


def test_the_menu_has_what_the_role_reaches(app: Flask) -> None:
    page = signed_in(app, Role.EDITOR).get("/admin/").text
    assert ">Ads<" in page
    assert ">Orders<" not in page
