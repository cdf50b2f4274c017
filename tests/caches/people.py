"""Fifty people: strangers, readers, holders of the pass."""

from dataclasses import dataclass
from typing import Literal

from carrel.db import Database
from tests.support.accounts import make_reader, make_session

Kind = Literal["guest", "reader", "holder"]
COOKIE = "__Host-carrel_session"
GUESTS, READERS, HOLDERS = 20, 15, 15


@dataclass(frozen=True)
class Person:
    """Somebody with a browser."""

    name: str
    kind: Kind
    cookie: str  # the whole Cookie header; empty for most strangers

    @property
    def email(self) -> str:
        """Their address; nobody else's page may hold it."""
        return f"{self.name}@people.example"

    @property
    def headers(self) -> dict[str, str]:
        """What their browser sends."""
        return {"Cookie": self.cookie} if self.cookie else {}


def create_people(db: Database) -> list[Person]:
    """Everybody, in the database where they have an account."""
    return [
        *(Person(f"guest{number}", "guest", _strangers_cookie(number)) for number in range(GUESTS)),
        *(_reader(db, f"reader{number}", "reader") for number in range(READERS)),
        *(_reader(db, f"holder{number}", "holder") for number in range(HOLDERS)),
    ]


def _strangers_cookie(number: int) -> str:
    """None for most; some have a stranger's cookie, or one that pretends to be ours."""
    return {0: "_ga=GA1.2.3", 1: f"{COOKIE}=nobody-knows-this-token", 2: "theme=dark; x=1"}.get(
        number % 8, ""
    )


def _reader(db: Database, name: str, kind: Kind) -> Person:
    person = Person(name, kind, "")
    reader = make_reader(db, person.email, ad_free=kind == "holder")
    return Person(name, kind, f"_ga=GA1.2.3; {COOKIE}={make_session(db, reader)}")
