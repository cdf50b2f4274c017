"""One run of publishing: where it reads and writes, and what it has learnt so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from articles.build.addresses import Addresses
from articles.build.built_article import BuiltArticle
from articles.check import Report, nothing
from articles.publish.content_store import Stored
from articles.publish.previous_state import KnownArticle
from carrel.db import Database


class PublishRefusedError(Exception):
    """The files have mistakes, so nothing was published. Carries the `report`."""

    def __init__(self, report: Report) -> None:
        super().__init__("Nothing was published.")
        self.report = report


def silent(_sentence: str) -> None:
    """Say nothing."""


@dataclass
class Publication:
    """What a run is told, and what it learns on its way."""

    db: Database
    content: Path
    media: Path
    now: datetime
    dry_run: bool = False
    say: Callable[[str], None] = silent
    progress: Callable[[int], None] = nothing
    rows: list[KnownArticle] = field(default_factory=list)
    known: dict[str, KnownArticle] = field(default_factory=dict)  # by path, without the removed
    addresses: Addresses = field(default_factory=lambda: Addresses({}))  # of files read now and known
    seen: dict[int, datetime | None] = field(default_factory=dict)  # by id, of rows that get a new text
    stored: dict[str, Stored] = field(default_factory=dict)
    pages: dict[str, BuiltArticle] = field(default_factory=dict)
