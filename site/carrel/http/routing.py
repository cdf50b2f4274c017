"""Numbers and addresses as strangers write them, read without a failure of ours."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter

LARGEST_ID = 2**31 - 1  # PostgreSQL's integer, which our ids are


class DatabaseIdConverter(IntegerConverter):
    """`<int:…>` in a route: a number beyond every id is no page (404), not a query that a database refuses."""

    def __init__(self, map: "object") -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, max=LARGEST_ID)  # type: ignore[arg-type]


class TokenConverter(BaseConverter):
    """Only what can be a token of ours: any other path under these URLs does not exist."""

    regex = "[A-Za-z0-9_-]{43}"


def init_app(app: Flask) -> None:
    """Before any route is registered."""
    app.url_map.converters["int"] = DatabaseIdConverter


def address_parts(sent: str) -> SplitResult:
    """The parts of an address that a browser sent; all of them empty when it is none."""
    try:
        return urlsplit(sent)
    except ValueError:
        return SplitResult("", "", "", "", "")


def database_id(sent: str) -> int:
    """The id that a form names. Raises `ValueError` for what no row can have."""
    number = int(sent)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(sent)
    return number
