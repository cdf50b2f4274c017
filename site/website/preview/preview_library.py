"""The library of a preview: built anew after every save, with drafts and scheduled articles, and every mistake kept."""

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, update

from articles.models import Article
from articles.problems import ProblemsByPath
from articles.publish import PublishRefusedError, PublishReport, publish
from carrel import clock
from carrel.page_cache import bump_cache_version
from carrel.services import Services

Hidden = dict[str, datetime | None]  # by path: when a scheduled article appears, None for a draft


@dataclass
class PreviewLibrary:
    """What the pages of a preview show, and the number that says when they are outdated."""

    services: Services
    problems: ProblemsByPath = field(default_factory=dict)
    hidden: Hidden = field(default_factory=dict)
    stored: ProblemsByPath = field(default_factory=dict)  # of the files as they were built last
    failure: str = ""  # why nothing could be built, where no file is to blame
    _run: str = field(
        default_factory=lambda: secrets.token_hex(4)
    )  # a page of an earlier preview is outdated too
    _number: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def version(self) -> str:
        """Another one after each change; empty before the first library is there."""
        return f"{self._run}-{self._number}" if self._number else ""

    def wait_for_another(self, version: str, seconds: float) -> str:
        """The version, as soon as it is another one than this or time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, seconds)
            return self.version

    def build(self) -> PublishReport | None:
        """Build what changed; None when a mistake kept all as it was. Raises what publishing raises."""
        before = (self.problems, self.failure)
        report = None
        try:
            report = publish(self.services.settings, self.services.db, keep_going=True)
        except PublishRefusedError as refused:
            found = refused.report.problems
        else:
            found = report.warnings
            self._remember(report)
            self._show_hidden(report)
        self.problems, self.failure = dict(sorted((self.stored | found).items())), ""
        if not self._number or (report and not report.is_empty) or before != (self.problems, self.failure):
            self._announce()
        return report

    def fail(self, sentence: str) -> None:
        """Say on every page why it could not be built."""
        self.failure = sentence
        self._announce()

    def _announce(self) -> None:
        with self._changed:
            self._number += 1
            self._changed.notify_all()

    def _remember(self, report: PublishReport) -> None:
        """Keep what is found in the files that were built: those that are unchanged are not looked at again."""
        with self.services.db.read() as session:
            paths = session.scalars(select(Article.path).where(Article.removed_at.is_(None))).all()
        found, built = report.warnings, written(report)
        sources = {path: found if path in built else self.stored for path in paths}
        self.stored = {path: source[path] for path, source in sources.items() if path in source}

    def _show_hidden(self, report: PublishReport) -> None:
        """Make drafts and scheduled articles visible, in this database of the preview alone."""
        now = clock.now()
        is_scheduled = Article.published > now
        with self.services.db.write() as session:
            query = select(Article.path, Article.draft, Article.published)
            rows = session.execute(query.where(Article.draft | is_scheduled)).all()
            for path in written(report):
                self.hidden.pop(path, None)
            self.hidden |= {path: None if draft else published for path, draft, published in rows}
            # Its date stays the one that readers will see: lists and pages go by `first_visible_at` then.
            shown = func.coalesce(Article.published, Article.first_visible_at, now)
            values = {"draft": False, "published": None, "first_visible_at": shown}
            session.execute(update(Article).where(Article.draft | is_scheduled).values(values))
            bump_cache_version(session)


def written(report: PublishReport) -> set[str]:
    """The paths of the articles that were built."""
    files = [*report.diff.added, *(file for _, file in report.diff.updates)]
    return {file.path for file in files}


def errors_in(problems: ProblemsByPath, paths: Iterable[str] | None = None) -> int:
    """How many mistakes prevent publishing."""
    return sum(one.level == "error" for path in (paths or problems) for one in problems.get(path, ()))
