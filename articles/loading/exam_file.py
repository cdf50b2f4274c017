"""`exam.toml`: what makes a folder an exam."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from articles.loading import file_io
from articles.loading.field_types import SLUG, SLUG_LENGTH
from articles.loading.fields import ExamFields
from articles.loading.strict_yaml import Place
from articles.loading.validation_messages import explain
from articles.render import Problem

NAME = "exam.toml"


@dataclass(frozen=True)
class ExamFile:
    """An exam as its folder says: the folder's name is its slug."""

    slug: str
    fields: ExamFields
    digest: str


def read_exam(folder: Path, now_ns: int) -> tuple[ExamFile | None, list[Problem]]:
    """The exam in a folder, and what is wrong with its `exam.toml`."""
    try:
        found = file_io.read(folder / NAME, now_ns)
        values = tomllib.loads(found.text)
    except file_io.UnreadableFileError as wrong:
        return None, [wrong.problem]
    except tomllib.TOMLDecodeError as wrong:
        return None, [_not_toml(str(wrong))]
    lines = _Lines(found.text)
    try:
        fields = ExamFields.model_validate(values)
    except ValidationError as wrong:
        return None, explain(wrong, ExamFields, lines.of(wrong), {})
    problems = _bad_folder(folder.name) + _duplicate_domains(fields, lines)
    return ExamFile(folder.name, fields, found.digest), problems


def _not_toml(said: str) -> Problem:
    where = re.search(r"\(at line (\d+), column \d+\)", said)
    what = said.partition(" (at")[0]
    return Problem(
        int(where[1]) if where else 1, "toml", f"exam.toml cannot be read here: {what}.", "Mend the line."
    )


def _bad_folder(name: str) -> list[Problem]:
    if SLUG.match(name) and len(name) <= SLUG_LENGTH:
        return []
    mend = "Rename it: small letters, digits and hyphens."
    return [Problem(1, "bad-slug", f"The folder's name “{name}” cannot stand in an address.", mend)]


def _duplicate_domains(fields: ExamFields, lines: "_Lines") -> list[Problem]:
    counts = Counter(domain.slug for domain in fields.domains)
    return [
        Problem(
            lines.nth(rf'slug\s*=\s*"{slug}"', count),
            "duplicate-domain",
            f"The domain {slug} is there twice.",
            "Keep one.",
        )
        for slug, count in counts.items()
        if count > 1
    ]


class _Lines:
    """Where things stand in a TOML file, whose parser does not say."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def nth(self, pattern: str, count: int = 1) -> int:
        """The line of the nth match, or 1."""
        found = [number for number, line in enumerate(self._lines, 1) if re.search(pattern, line)]
        return found[min(count, len(found)) - 1] if found else 1

    def of(self, wrong: ValidationError) -> dict[Place, int]:
        places = [tuple(part for part in error["loc"] if part != "[key]") for error in wrong.errors()]
        return {place: self._place(place) for place in places}

    def _place(self, place: Place) -> int:
        if place[0] == "domains" and len(place) > 1:
            start = self.nth(r"^\s*\[\[domains\]\]", int(place[1]) + 1)
            inside = self._lines[start:]
            found = [
                number
                for number, line in enumerate(inside, start + 1)
                if re.match(rf"\s*{place[-1]}\s*=", line)
            ]
            return found[0] if found else start
        return self.nth(rf'^\s*"?{re.escape(str(place[-1]))}"?\s*=')
