"""Front matter: the lines between two `---` at the head of a file, and what they say."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from articles.loading.fields import Fields
from articles.loading.strict_yaml import Place, YamlError, load
from articles.loading.validation_messages import explain
from articles.render import Problem

FENCE = "---"
SHORTEST_SUMMARY, LONGEST_SUMMARY = 50, 220
Matter = TypeVar("Matter", bound=Fields)


@dataclass(frozen=True)
class Parts:
    """A file in two: the front matter, which begins on line 2, and the body with the line it begins on."""

    matter: str
    body: str
    body_line: int


def split(text: str) -> Parts | Problem:
    """Cut a file in two, or say why it cannot be cut."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return Problem(1, "front-matter", "The file does not begin with front matter.", _MEND)
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return Parts("\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2)
    return Problem(1, "front-matter", "The front matter does not end.", "Close it with a line ---")


def parse(matter: str, model: type[Matter]) -> tuple[Matter | None, dict[Place, int], list[Problem]]:
    """The fields (None when they cannot be used), the line of each, and every problem found."""
    try:
        loaded = load(matter, first_line=2)
    except YamlError as wrong:
        return None, {}, [wrong.problem]
    values = {key: value for key, value in loaded.values.items() if value is not None}
    try:
        fields = model.model_validate(values)
    except ValidationError as wrong:
        return None, loaded.lines, loaded.problems + explain(wrong, model, loaded.lines, loaded.written)
    return fields, loaded.lines, loaded.problems


def check_summary(summary: str, line: int) -> list[Problem]:
    """Warn of a summary that is too short to promise anything or too long for a list (decision 15)."""
    if SHORTEST_SUMMARY <= len(summary) <= LONGEST_SUMMARY:
        return []
    message = f"The summary has {len(summary)} characters."
    mend = f"Make it {SHORTEST_SUMMARY} to {LONGEST_SUMMARY} characters long."
    return [Problem(line, "summary-length", message, mend, "warning")]


_MEND = "Begin with a line ---, then title and summary, then a line ---"
