"""Front matter: the lines between two `---` (YAML) or `+++` (TOML) at the start of a file, or an object of JSON there."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, TypeVar

from pydantic import ValidationError

from articles.loading.fields import Fields
from articles.loading.other_keys import read_other_keys
from articles.loading.other_values import read_other_values
from articles.loading.strict_yaml import Place, YamlError, YamlMapping, load_yaml
from articles.loading.toml_matter import load_toml
from articles.loading.validation_messages import explain, place_of
from articles.problems import Problem

FENCE, TOML_FENCE, JSON_FENCE = "---", "+++", "{"
Matter = TypeVar("Matter", bound=Fields)
_SEVERAL_FIELDS = {"reviewed", "reviewer", "published", "expires"}  # that checks of several fields are about
_NOTHING = re.compile(r"(?:[ \t]*\n|[ \t]*<!--(?:(?!-->)[\s\S]){0,2000}-->[ \t]*\n)+")
_JSON_KEY = re.compile(r'\{\s*"[\w-]+"\s*:')
_LATE = re.compile(r"---[ \t]*\n[\w-]+:[ \t\n]|\+\+\+[ \t]*\n[\w-]+[ \t]*=")


@dataclass(frozen=True)
class SplitText:
    """A file's front matter and its body, each with the line that it begins on."""

    front_matter: str
    body: str
    body_line: int
    fence: str = FENCE
    first_line: int = 2

    @property
    def problems(self) -> list[Problem]:
        """That the front matter does not begin where other programs look for it."""
        if self.first_line <= 2:
            return []
        line = self.first_line - 1
        hint = "Move it to the first line: other programs read it only there."
        return [
            Problem(line, "front-matter-late", f"The front matter begins on line {line}.", hint, "warning")
        ]


def split_front_matter(text: str) -> SplitText | Problem:
    """Separate front matter and body; a file may have none. A `Problem` when it does not end.

    Above it may stand empty lines and comments: what says `draft: true` there must not be published.
    """
    start, lines = lines_above(text), text.split("\n")
    fence = lines[start].rstrip()
    if fence == JSON_FENCE:
        return _split_json(text)
    if fence not in (FENCE, TOML_FENCE):
        return SplitText("", text, 1)
    for number, line in enumerate(lines[start + 1 :], start + 1):
        if line.rstrip() == fence:
            front, body = "\n".join(lines[start + 1 : number]), "\n".join(lines[number + 1 :])
            return SplitText(front, body, number + 2, fence, start + 2)
    return Problem(
        start + 1, "front-matter", "The front matter does not end.", f"Close it with a line {fence}"
    )


def lines_above(text: str) -> int:
    """How many empty lines and comments stand above the front matter; 0 where there is none below them."""
    above = _NOTHING.match(text)
    return text.count("\n", 0, above.end()) if above and _LATE.match(text, above.end()) else 0


def _split_json(text: str) -> SplitText | Problem:
    """An object of JSON, as Hugo takes it. YAML has JSON in it, but no tabs."""
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        if not _JSON_KEY.match(text):
            return SplitText("", text, 1)
        message = f"The front matter cannot be read here: {error.msg}."
        return Problem(
            error.lineno, "front-matter", message, "Correct the line, or write YAML between two --- lines."
        )
    except RecursionError:
        return SplitText("", text, 1)
    rest = text[end:].partition("\n")
    if rest[0].strip():
        return SplitText("", text, 1)
    return SplitText(text[:end].replace("\t", "  "), rest[2], text.count("\n", 0, end) + 2, JSON_FENCE, 1)


def parse_front_matter(
    split: SplitText, model: type[Matter], made: Mapping[str, str], zone: tzinfo
) -> tuple[Matter | None, dict[Place, int], list[Problem]]:
    """The fields, the line of each, and all problems. Fields are None only when the text cannot be read.

    Other checks need an article to look at, so that nobody mends one mistake to be told of the next: a wrong
    value is left out, or taken from `made`, which also has what may be missing. With its problem, nothing is
    published.
    """
    try:
        load = load_toml if split.fence == TOML_FENCE else load_yaml
        front = load(split.front_matter, first_line=split.first_line)
    except YamlError as error:
        return None, {}, [error.problem]
    read_other_keys(front, {field.alias or name for name, field in model.model_fields.items()})
    read_other_values(front, zone)
    for name, value in made.items():
        if (name,) not in front.lines:
            message, hint = f"There is no {name}, so it is “{value}”.", f"Add the line {name}: …"
            front.problems.append(Problem(1, f"{name}-made", message, hint, "warning"))
            front.values[name] = value
    values = {key: value for key, value in front.values.items() if not _is_missing(key, value)}
    fields, problems = _validate(model, front, values, made, zone)
    return fields, front.lines, front.problems + problems


def _is_missing(key: str, value: Any) -> bool:
    may_be_blank = key in {"summary", "image", "image_alt", "series"}
    return value is None or (may_be_blank and isinstance(value, str) and not value.strip())


def _validate(
    model: type[Matter], front: YamlMapping, values: dict[str, Any], made: Mapping[str, str], zone: tzinfo
) -> tuple[Matter | None, list[Problem]]:
    problems: list[Problem] = []
    wrong: set[str | int] = set()
    for _ in range(2 + len(_SEVERAL_FIELDS)):
        try:
            return model.model_validate(values, context={"zone": zone}), problems
        except ValidationError as error:
            new = {part for detail in error.errors() for part in place_of(detail)[:1] or _SEVERAL_FIELDS}
            if wrong.isdisjoint(new):  # else it follows from a value that was left out
                problems += explain(error, model, front.lines, front.written)
            wrong |= new
            values = {**made, **{key: value for key, value in values.items() if key not in wrong}}
    return None, problems
