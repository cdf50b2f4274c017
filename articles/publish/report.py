"""What a publication did, for the author to read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from articles.loading.article_file import ArticleFile
from articles.publish.diff import Diff
from articles.render import Problem

SHOWN = 20  # names in a list; after that a number says how many more there are


@dataclass
class Published:
    """The outcome. `appearing` counts the articles that become visible with this publication."""

    diff: Diff
    unchanged: int
    pages: list[str] = field(default_factory=list)
    exams: list[str] = field(default_factory=list)
    warnings: dict[str, list[Problem]] = field(default_factory=dict)
    appearing: int = 0
    dry_run: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether readers see nothing new."""
        return self.diff.is_empty and not self.pages and not self.exams

    def lines(self) -> Iterator[str]:
        """The report, line by line."""
        diff = self.diff
        yield from _listed("added", [_named(file) for file in diff.added])
        yield from _listed("back again", [file.slug for _, file in diff.returned])
        yield from _listed("changed", [_named(file) for _, file in diff.changed])
        yield from _listed("moved", [f"{row.slug} → {file.slug}" for row, file in diff.moved])
        yield from _listed("removed", [row.slug for row in diff.removed])
        yield from _listed("made anew", [file.slug for _, file in diff.rebuilt])
        yield from _listed("pages", self.pages)
        yield from _listed("exams", self.exams)
        yield self._sum()
        if diff.removed and diff.added:
            yield "If a removed article is an added one under a new name, add `aliases: [old-slug]` to it."

    def _sum(self) -> str:
        if self.is_empty:
            return f"Nothing to publish: all {self.unchanged} articles are as they were."
        diff = self.diff
        total = self.unchanged + len(diff.added) + len(diff.updates)
        done = "Would publish" if self.dry_run else "Published"
        return f"{done}: {total} articles, {total - self.unchanged} of them made now, {len(diff.removed)} removed."


def _named(file: ArticleFile) -> str:
    return f"{file.slug} (a draft: no reader sees it)" if file.matter.draft else file.slug


def _listed(what: str, names: list[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield f"{what:>10}  {', '.join(sorted(names)[:SHOWN])}{more}"
