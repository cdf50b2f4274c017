"""Gives each article an address of its own: files of one name get their folders' names before it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import PurePosixPath

from articles.loading.article_file import ArticleFile
from articles.loading.field_types import SLUG_LENGTH
from articles.loading.file_names import is_index, slug_of, transliterate
from articles.problems import Problem, ProblemsByPath


def assign_slugs(
    articles: dict[str, ArticleFile], kept: Mapping[str, str], taken: Mapping[str, str]
) -> ProblemsByPath:
    """Change the slugs that come from the names of files until no two are the same, and say which did.

    `kept` are the slugs that files had until now, by path: nobody loses an address to a new file of the same name.
    `taken` are those of the articles that are not among `articles`, with their paths. A slug that somebody wrote
    never changes and never takes another's address: that is a mistake, see `check_slugs`.
    """
    problems: ProblemsByPath = {}
    written = {article.slug: path for path, article in articles.items() if article.matter.slug}
    made = sorted(path for path, article in articles.items() if article.slug not in written)
    owners, waiting = {**taken, **written}, []
    for path in made:
        slug = kept.get(path, "")
        if slug in owners or not _is_made_from(slug, path):
            waiting.append(path)
        else:
            owners[slug] = path
            articles[path] = replace(articles[path], slug=slug)
    for path in waiting:
        first = articles[path].slug
        slug = next(slug for slug in slugs_of(path) if slug not in owners)
        if slug != first:
            problems[path] = [_problem(slug, owners[first], first)]
            articles[path] = replace(articles[path], slug=slug)
        owners[slug] = path
    return problems


def slugs_of(path: str) -> Iterator[str]:
    """The slugs that a file may have, the best first: its name, with more and more folders, with a number."""
    slug = slug_of(path)
    yield slug
    folders = PurePosixPath(path).parts[:-1]
    for folder in reversed(folders[:-1] if is_index(path) else folders):
        longer = f"{transliterate(folder)}-{slug}".strip("-")
        if len(longer) > SLUG_LENGTH:
            break
        slug = longer
        yield slug
    for number in count(2):
        yield f"{slug[: SLUG_LENGTH - len(f'-{number}')].rstrip('-')}-{number}"


def _is_made_from(slug: str, path: str) -> bool:
    if not slug:
        return False
    for candidate in slugs_of(path):
        if candidate == slug:
            return True
        if candidate.endswith("-2"):
            return slug.rpartition("-")[0] == candidate.removesuffix("-2") and slug[-1].isdigit()
    return False


def _problem(slug: str, other: str, wanted: str) -> Problem:
    message = f"{other} has the address “{wanted}”, so this article gets “{slug}”."
    return Problem(1, "slug-made", message, f"Add the line slug: {slug} to keep it for good.", "warning")
