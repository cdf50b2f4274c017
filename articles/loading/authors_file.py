"""`authors.toml`: who writes and reviews, for those who shall have a page of their own."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from articles.loading.exam_file import TomlLines, toml_problem
from articles.loading.field_types import Slug
from articles.loading.fields import AuthorFields, Fields
from articles.loading.file_io import UnreadableFileError, read_file
from articles.loading.strict_yaml import Place
from articles.loading.validation_messages import explain, place_of
from articles.problems import Problem

AUTHORS_FILE = "authors.toml"


@dataclass(frozen=True)
class AuthorsFile:
    """The authors by slug."""

    authors: Mapping[str, AuthorFields] = field(default_factory=dict)

    def name_of(self, written: str) -> str:
        """The name of whoever an article names by slug or by name; a name that nobody described stays as it is."""
        key = written.casefold()
        for slug, author in self.authors.items():
            if key in {slug, author.name.casefold()}:
                return author.name
        return written

    @property
    def key(self) -> str:
        """What articles depend on: nothing without authors."""
        return "".join(f"\n{slug} {author.name}" for slug, author in sorted(self.authors.items()))


class _Authors(Fields):
    authors: dict[Slug, AuthorFields]


def load_authors(root: Path, now_ns: int) -> tuple[AuthorsFile, list[Problem]]:
    """The authors, and the problems of their file. There may be no such file."""
    if not (root / AUTHORS_FILE).exists():
        return AuthorsFile(), []
    try:
        source = read_file(root / AUTHORS_FILE, now_ns)
        values = tomllib.loads(source.text)
    except UnreadableFileError as error:
        return AuthorsFile(), [error.problem]
    except tomllib.TOMLDecodeError as error:
        return AuthorsFile(), [toml_problem(AUTHORS_FILE, str(error))]
    lines = TomlLines(source.text)
    try:
        authors = _Authors.model_validate({"authors": values}).authors
    except ValidationError as error:
        return AuthorsFile(), _explain(error, lines)
    return AuthorsFile(authors), _check_names(authors, lines)


def _explain(error: ValidationError, lines: TomlLines) -> list[Problem]:
    places = {place_of(detail): _line_of(lines, place_of(detail)[1:]) for detail in error.errors()}
    return explain(error, _Authors, places, {})


def _line_of(lines: TomlLines, place: Place) -> int:
    table = lines.nth_match(rf"^\s*\[\s*\"?{re.escape(str(place[0]))}\"?\s*\]") if place else 1
    return lines.first_after(table, rf"^\s*{re.escape(str(place[1]))}\s*=") if len(place) > 1 else table


def _check_names(authors: Mapping[str, AuthorFields], lines: TomlLines) -> list[Problem]:
    """Articles name authors by slug or name, so each must mean one person."""
    owners: dict[str, str] = {slug: slug for slug in authors}
    problems = []
    for slug, author in authors.items():
        owner = owners.setdefault(author.name.casefold(), slug)
        if owner != slug:
            message = f"{slug} has the name “{author.name}”, which articles already use for {owner}."
            problems.append(
                Problem(_line_of(lines, (slug,)), "duplicate-author", message, "Give them different names.")
            )
    return problems
