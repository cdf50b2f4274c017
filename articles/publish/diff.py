"""What happened to the library since the last publication: added, changed, moved, removed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from articles.loading.article_file import ArticleFile
from articles.publish.previous_state import KnownArticle

Pair = tuple[KnownArticle, ArticleFile]


@dataclass
class Diff:
    """The files that were made anew, each with the row it belongs to, and the rows whose files are gone."""

    added: list[ArticleFile] = field(default_factory=list)
    returned: list[Pair] = field(default_factory=list)  # removed before, and here again
    changed: list[Pair] = field(default_factory=list)
    rebuilt: list[Pair] = field(default_factory=list)  # same source, made by another renderer or exam.toml
    moved: list[Pair] = field(default_factory=list)  # same article, new slug
    removed: list[KnownArticle] = field(default_factory=list)

    @property
    def updates(self) -> list[Pair]:
        """All rows that get a new text."""
        return [*self.returned, *self.changed, *self.rebuilt, *self.moved]

    @property
    def replaced(self) -> list[int]:
        """The texts that no article has any more."""
        rows = [*(row for row, _ in self.updates), *self.removed]
        return [row.body_id for row in rows if row.body_id is not None]

    @property
    def is_empty(self) -> bool:
        """Whether readers would see nothing new."""
        return not (self.added or self.updates or self.removed)


# By what a row and a file of another slug are known to be one article, the surest first.
_MARKS: list[tuple[Callable[[KnownArticle], Hashable], Callable[[ArticleFile], Sequence[Hashable]]]] = [
    (lambda row: row.path, lambda file: [file.path]),
    (lambda row: row.digest, lambda file: [file.digest]),
    (lambda row: row.slug, lambda file: file.old_slugs),
]


def compare(known: Iterable[KnownArticle], made: Iterable[ArticleFile], unchanged: Iterable[str]) -> Diff:
    """Match files with rows: by slug, and where the slug is new by path, by content, by alias."""
    rows = {row.slug: row for row in known}
    untouched = set(unchanged)
    diff, new, met = Diff(), [], set()
    for file in made:
        if row := rows.get(file.slug):
            met.add(row.slug)
            _list_for(diff, row, file).append((row, file))
        else:
            new.append(file)
    gone = [row for row in rows.values() if not (row.is_removed or row.slug in met or row.path in untouched)]
    diff.moved = _moves(gone, new)
    moved_rows, moved_files = {row.id for row, _ in diff.moved}, {file.path for _, file in diff.moved}
    diff.added = [file for file in new if file.path not in moved_files]
    diff.removed = [row for row in gone if row.id not in moved_rows]
    return diff


def _list_for(diff: Diff, row: KnownArticle, file: ArticleFile) -> list[Pair]:
    if row.is_removed:
        return diff.returned
    return diff.rebuilt if (row.digest, row.path) == (file.digest, file.path) else diff.changed


def _moves(gone: Sequence[KnownArticle], new: Sequence[ArticleFile]) -> list[Pair]:
    moves: list[Pair] = []
    for of_row, of_file in _MARKS:
        rows, files = {row.slug for row, _ in moves}, {file.slug for _, file in moves}
        moves += _match(
            [row for row in gone if row.slug not in rows],
            [file for file in new if file.slug not in files],
            of_row,
            of_file,
        )
    return moves


def _match(
    rows: Sequence[KnownArticle],
    files: Sequence[ArticleFile],
    of_row: Callable[[KnownArticle], Hashable],
    of_file: Callable[[ArticleFile], Sequence[Hashable]],
) -> list[Pair]:
    """Pairs that agree on a mark, where the mark is nobody else's."""
    counts = Counter(of_row(row) for row in rows)
    owners = {of_row(row): row for row in rows}
    claims = Counter(mark for file in files for mark in of_file(file))
    pairs, taken = [], set()
    for file in files:
        marks = [mark for mark in of_file(file) if counts[mark] == 1 and claims[mark] == 1]
        if marks and owners[marks[0]].id not in taken:
            taken.add(owners[marks[0]].id)
            pairs.append((owners[marks[0]], file))
    return pairs
