"""`exam.toml`: the file that makes a folder an exam."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.fields import ExamFields
from articles.loading.file_io import UnreadableFileError, read_file
from articles.loading.strict_yaml import Place
from articles.loading.validation_messages import explain, place_of
from articles.problems import Problem

EXAM_FILE = "exam.toml"


@dataclass(frozen=True)
class ExamFile:
    """An exam's fields; the folder's name is its slug."""

    slug: str
    fields: ExamFields
    digest: str

    @cached_property
    def topic_slugs(self) -> dict[str, str]:
        """The slugs of its topics by what authors may write for them, as `topic_key` has it."""
        names = {topic_key(name): slug for slug, name in self.fields.topics.items()}
        return names | {topic_key(slug): slug for slug in self.fields.topics}

    @cached_property
    def objectives(self) -> frozenset[str]:
        """What an item may be about: a domain, or `domain.objective`."""
        domains = self.fields.domains
        inner = (f"{domain.slug}.{name}" for domain in domains for name in domain.objectives)
        return frozenset((*(domain.slug for domain in domains), *inner))


def topic_key(topic: str) -> str:
    """What is the same for all ways in which authors write a topic."""
    return " ".join(topic.casefold().replace("-", " ").split())


def load_exam(folder: Path, now_ns: int) -> tuple[ExamFile | None, list[Problem]]:
    """The exam in a folder (None when it is invalid), and the problems of its `exam.toml`."""
    try:
        source = read_file(folder / EXAM_FILE, now_ns)
        values = tomllib.loads(source.text)
    except UnreadableFileError as error:
        return None, [error.problem]
    except tomllib.TOMLDecodeError as error:
        return None, [toml_problem(EXAM_FILE, str(error))]
    lines = TomlLines(source.text)
    try:
        fields = ExamFields.model_validate(values)
    except ValidationError as error:
        places = [place_of(detail) for detail in error.errors()]
        return None, explain(error, ExamFields, {place: lines.line_of(place) for place in places}, {})
    problems = check_folder_name(folder.name) + check_duplicate_domains(fields, lines)
    return ExamFile(folder.name, fields, source.digest), problems


def toml_problem(name: str, message: str) -> Problem:
    """What makes a file of this name no TOML."""
    position = re.search(r"\(at line (\d+), column \d+\)", message)
    cause = message.partition(" (at")[0]
    line = int(position[1]) if position else 1
    return Problem(line, "toml", f"{name} cannot be read here: {cause}.", "Correct the line.")


def check_folder_name(name: str) -> list[Problem]:
    """The folder's name must be a slug."""
    if SLUG.match(name) and len(name) <= SLUG_LENGTH:
        return []
    hint = "Rename it: small letters, digits and hyphens."
    return [Problem(1, "bad-slug", f"The folder's name “{name}” cannot be used in an address.", hint)]


def check_duplicate_domains(fields: ExamFields, lines: "TomlLines") -> list[Problem]:
    """No two domains may have the same slug."""
    counts = Counter(domain.slug for domain in fields.domains)
    repeated = {slug: count for slug, count in counts.items() if count > 1}
    return [
        Problem(
            lines.nth_match(rf'slug\s*=\s*"{slug}"', count),
            "duplicate-domain",
            f"The domain {slug} is declared twice.",
            "Keep one.",
        )
        for slug, count in repeated.items()
    ]


class TomlLines:
    """Finds the lines of fields in a TOML file, which `tomllib` does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def nth_match(self, pattern: str, count: int = 1) -> int:
        """The line of the nth match, or of the last one when there are fewer, or 1."""
        numbers = [number for number, line in enumerate(self._lines, 1) if re.search(pattern, line)]
        return numbers[min(count, len(numbers)) - 1] if numbers else 1

    def first_after(self, start: int, pattern: str) -> int:
        """The first line after `start` that begins with a match, or else `start`."""
        following = enumerate(self._lines[start:], start + 1)
        return next((number for number, line in following if re.match(pattern, line)), start)

    def line_of(self, place: Place) -> int:
        """The line of a field, or of the table that it should be in."""
        if place[0] == "domains" and len(place) > 1:
            start = self.nth_match(r"^\s*\[\[domains\]\]", int(place[1]) + 1)
            return self.first_after(start, rf"\s*{place[-1]}\s*=")
        return self.nth_match(rf'^\s*"?{re.escape(str(place[-1]))}"?\s*=')
