"""The state of one publication: where it reads and writes, and what it has found so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from articles.build.built_article import BuiltArticle
from articles.items import Item
from articles.problems import ProblemReport
from articles.progress import no_progress
from articles.publish.content_store import StoredBody
from articles.publish.previous_state import PreviousArticle
from carrel.db import Database
from carrel.media import Media


class PublishRefusedError(Exception):
    """The files have mistakes, so nothing was published. Carries the `report`."""

    def __init__(self, report: ProblemReport) -> None:
        super().__init__("Nothing was published.")
        self.report = report


def no_message(_sentence: str) -> None:
    """Tell nobody."""


@dataclass
class Publication:
    """One run of `publish`; the fields without a default are its input."""

    db: Database
    content: Path
    media: Media
    now: datetime
    dry_run: bool = False
    keep_going: bool = False  # in spite of mistakes: see `set_aside`
    zone: tzinfo = UTC  # of the site
    say: Callable[[str], None] = no_message
    progress: Callable[[int], None] = no_progress
    previous: list[PreviousArticle] = field(default_factory=list)
    build_hashes: dict[str, str] = field(default_factory=dict)  # by exam
    stored_bodies: dict[str, StoredBody] = field(default_factory=dict)  # by path
    items: Mapping[str, tuple[Item, ...]] = field(
        default_factory=dict
    )  # by path, of the articles that were built
    built_pages: dict[str, BuiltArticle] = field(default_factory=dict)  # by path

    @property
    def previous_by_path(self) -> dict[str, PreviousArticle]:
        """The previous articles without those that were removed."""
        return {article.path: article for article in self.previous if not article.is_removed}
