"""Compares the library with the loaded files: what was added, changed, moved or removed."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from articles.loading.article_file import ArticleFile
from articles.publish.previous_state import PreviousArticle

Pair = tuple[PreviousArticle, ArticleFile]


@dataclass
class Diff:
    """The files that were built, each with the article it belongs to, and the articles without a file."""

    added: list[ArticleFile] = field(default_factory=list)
    returned: list[Pair] = field(default_factory=list)  # was removed before
    changed: list[Pair] = field(default_factory=list)
    rebuilt: list[Pair] = field(
        default_factory=list
    )  # same source, but other renderer, images, links or exam.toml
    moved: list[Pair] = field(default_factory=list)  # same article, new slug
    removed: list[PreviousArticle] = field(default_factory=list)

    @property
    def updates(self) -> list[Pair]:
        """All articles that get a new body."""
        return [*self.returned, *self.changed, *self.rebuilt, *self.moved]

    @property
    def replaced(self) -> list[int]:
        """The ids of bodies that no article has any longer."""
        articles = [*(article for article, _ in self.updates), *self.removed]
        return [article.body_id for article in articles if article.body_id is not None]

    @property
    def is_empty(self) -> bool:
        """Whether readers see nothing new."""
        return not (self.added or self.updates or self.removed)


# How an article is recognized in a file with another slug, the surest way first.
_IDENTITIES: list[
    tuple[Callable[[PreviousArticle], Hashable], Callable[[ArticleFile], Sequence[Hashable]]]
] = [
    (lambda article: article.path, lambda file: [file.path]),
    (lambda article: article.digest, lambda file: [file.digest]),
    (lambda article: article.slug, lambda file: file.old_slugs),
]


def compare(
    previous: Iterable[PreviousArticle], loaded: Iterable[ArticleFile], unchanged: Iterable[str]
) -> Diff:
    """Match files with articles: by slug, and files with a new slug by path, by content, by alias."""
    articles = {article.slug: article for article in previous}
    unchanged = set(unchanged)
    diff, new_files, matched = Diff(), [], set()
    for file in loaded:
        if article := articles.get(file.slug):
            matched.add(article.slug)
            _list_for(diff, article, file).append((article, file))
        else:
            new_files.append(file)
    unmatched = [
        article
        for article in articles.values()
        if not (article.is_removed or article.slug in matched or article.path in unchanged)
    ]
    diff.moved = find_moves(unmatched, new_files)
    moved_ids, moved_paths = {article.id for article, _ in diff.moved}, {file.path for _, file in diff.moved}
    diff.added = [file for file in new_files if file.path not in moved_paths]
    diff.removed = [article for article in unmatched if article.id not in moved_ids]
    return diff


def _list_for(diff: Diff, article: PreviousArticle, file: ArticleFile) -> list[Pair]:
    if article.is_removed:
        return diff.returned
    same_source = (article.digest, article.path) == (file.digest, file.path)
    return diff.rebuilt if same_source else diff.changed


def find_moves(articles: Sequence[PreviousArticle], files: Sequence[ArticleFile]) -> list[Pair]:
    """Pairs of articles and files with another slug."""
    moves: list[Pair] = []
    for of_article, of_file in _IDENTITIES:
        moved_slugs, new_slugs = {article.slug for article, _ in moves}, {file.slug for _, file in moves}
        moves += _match(
            [article for article in articles if article.slug not in moved_slugs],
            [file for file in files if file.slug not in new_slugs],
            of_article,
            of_file,
        )
    return moves


def _match(
    articles: Sequence[PreviousArticle],
    files: Sequence[ArticleFile],
    of_article: Callable[[PreviousArticle], Hashable],
    of_file: Callable[[ArticleFile], Sequence[Hashable]],
) -> list[Pair]:
    """Pairs that share a key which no other article and no other file has."""
    counts = Counter(of_article(article) for article in articles)
    owners = {of_article(article): article for article in articles}
    claims = Counter(key for file in files for key in of_file(file))
    pairs, taken = [], set()
    for file in files:
        keys = [key for key in of_file(file) if counts[key] == 1 and claims[key] == 1]
        if keys and owners[keys[0]].id not in taken:
            taken.add(owners[keys[0]].id)
            pairs.append((owners[keys[0]], file))
    return pairs
