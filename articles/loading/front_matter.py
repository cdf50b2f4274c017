"""Front matter: the lines between two `---` at the start of a file."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from articles.loading.fields import Fields
from articles.loading.strict_yaml import Place, YamlError, load_yaml
from articles.loading.validation_messages import explain
from articles.problems import Problem

FENCE = "---"
Matter = TypeVar("Matter", bound=Fields)
_HINT = "Begin with a line ---, then title and summary, then a line ---"


@dataclass(frozen=True)
class SplitText:
    """A file's front matter, which begins on line 2, and its body with the line that it begins on."""

    front_matter: str
    body: str
    body_line: int


def split_front_matter(text: str) -> SplitText | Problem:
    """Separate front matter and body, or say why that is not possible."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return Problem(1, "front-matter", "The file does not begin with front matter.", _HINT)
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return SplitText("\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2)
    return Problem(1, "front-matter", "The front matter does not end.", "Close it with a line ---")


def parse_front_matter(
    text: str, model: type[Matter]
) -> tuple[Matter | None, dict[Place, int], list[Problem]]:
    """The fields (None when they are invalid), the line of each, and all problems."""
    try:
        yaml = load_yaml(text, first_line=2)
    except YamlError as error:
        return None, {}, [error.problem]
    values = {key: value for key, value in yaml.values.items() if value is not None}
    try:
        fields = model.model_validate(values)
    except ValidationError as error:
        return None, yaml.lines, yaml.problems + explain(error, model, yaml.lines, yaml.written)
    return fields, yaml.lines, yaml.problems
