"""The report of a publication for the author."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.loading.article_file import ArticleFile
from articles.problems import ProblemsByPath
from articles.publish.diff import Diff

MAX_NAMES = 20  # in a list; of more, only the number is given


@dataclass
class PublishReport:
    """What was published. `appearing` counts the articles that become visible with this publication."""

    diff: Diff
    unchanged: int
    pages: list[str] = field(default_factory=list)
    exams: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    warnings: ProblemsByPath = field(default_factory=dict)
    appearing: int = 0
    dry_run: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether readers see nothing new."""
        return self.diff.is_empty and not (self.pages or self.exams or self.authors)

    def lines(self) -> Iterator[str]:
        """The lines to print."""
        diff = self.diff
        yield from _list_line("added", [_name(file) for file in diff.added])
        yield from _list_line("back again", [file.slug for _, file in diff.returned])
        yield from _list_line("changed", [_name(file) for _, file in diff.changed])
        yield from _list_line("moved", [f"{article.slug} → {file.slug}" for article, file in diff.moved])
        yield from _list_line("removed", [article.slug for article in diff.removed])
        yield from _list_line("rebuilt", [file.slug for _, file in diff.rebuilt])
        yield from _list_line("pages", self.pages)
        yield from _list_line("exams", self.exams)
        yield from _list_line("authors", self.authors)
        yield self._total_line()
        if diff.removed and diff.added:
            yield "If a removed article is an added one under a new name, add `aliases: [old-slug]` to it."

    def _total_line(self) -> str:
        if self.is_empty:
            return f"Nothing to publish: all {self.unchanged} articles are unchanged."
        diff = self.diff
        total = self.unchanged + len(diff.added) + len(diff.updates)
        done = "Would publish" if self.dry_run else "Published"
        return f"{done}: {total} articles, {total - self.unchanged} of them rebuilt, {len(diff.removed)} removed."


def _name(file: ArticleFile) -> str:
    return f"{file.slug} (a draft: no reader sees it)" if file.matter.draft else file.slug


def _list_line(label: str, names: list[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        yield f"{label:>10}  {', '.join(sorted(names)[:MAX_NAMES])}{more}"
