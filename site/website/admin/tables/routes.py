"""The pages of all tables: one view shows any of them, one makes its CSV."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from carrel import audit, clock
from carrel.csv_export import to_csv
from carrel.services import services
from website.admin.guard import current_operator, needs
from website.admin.tables import digests, gifts, library, log, money, people
from website.admin.tables.table import Table, TableQuery, all_rows, cell, find_page, table_query

blueprint = Blueprint("tables", __name__)
TABLES: tuple[Table, ...] = (
    *library.TABLES,
    *people.TABLES,
    *money.TABLES,
    *gifts.TABLES,
    *digests.TABLES,
    *log.TABLES,
)


def show(table: Table) -> str:
    """One page of a table."""
    query = table_query(table, request.args)
    with services().db.read() as session:
        page = find_page(session, table, query)

    def page_url(**other: str | int) -> str:
        return f"{table.path}?{urlencode(query.parameters(**other))}"

    return render_template("tables/table.html", table=table, query=query, page=page, page_url=page_url)


def export(table: Table) -> Response:
    """The same as a file for a spreadsheet. A form, as taking people's data away is written down (CON-08)."""
    query = table_query(table, request.form)
    with services().db.read() as session:
        rows = [[cell(row, column) for column in table.columns] for row in all_rows(session, table, query)]
    if table.personal:
        _record(table, query, len(rows))
    body = to_csv([column.title for column in table.columns], rows)
    response = Response(body, mimetype="text/csv")
    name = f"{table.name}-{clock.now():%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _record(table: Table, query: TableQuery, count: int) -> None:
    # What was searched for may be somebody's address, and the log outlives them.
    after: audit.Values = {"rows": count, "searched": bool(query.search), "chosen": dict(query.chosen)}
    with services().db.write() as session:
        audit.record(
            session,
            actor=current_operator().email,
            action="table.export",
            subject=f"table:{table.name}",
            after=after,
        )


def _add_routes(table: Table) -> None:
    def bind(view: Callable[[Table], str | Response], *, fresh: bool = False) -> Callable[[], str | Response]:
        return needs(table.need, fresh=fresh)(lambda: view(table))

    blueprint.add_url_rule(f"/{table.name}/", table.name, bind(show), methods=["GET"])
    # All people at once hurt no less than one of them.
    taking = bind(export, fresh=table.personal)
    blueprint.add_url_rule(f"/{table.name}/export", f"{table.name}_export", taking, methods=["POST"])


for table in TABLES:
    _add_routes(table)
