"""YAML without surprises: no type is guessed, and each value keeps its line and how it was written.

YAML 1.1 reads `no` as false, `12:30` as 750 and `2026-09-14` as a date. Here such values
stay `Unquoted`, so that a text field can ask for quotes instead of showing "False" to a reader.
"""

import re
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from articles.problems import Problem

Place = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?\d+\Z")
_KEY_AND_VALUE = re.compile(r"\s*(?:- )?([\w-]+):\s+(.*?)\s*\Z")
_MAX_DEPTH = 8
_LINES_HINT = 'Write lines such as title: "What it is".'


class YamlError(Exception):
    """The text is not YAML, or uses more of YAML than front matter needs. Carries its `problem`."""

    def __init__(self, line: int, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, code, message, hint)


@dataclass(frozen=True)
class Unquoted:
    """A value without quotes that YAML reads as something else than a text: a date, a number with a colon …"""

    written: str


@dataclass
class YamlMapping:
    """The values, and for each of their places its line and what the author wrote there."""

    values: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load_yaml(text: str, first_line: int) -> YamlMapping:
    """The mapping in `text`, which begins on `first_line` of its file. Raises `YamlError`."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, first_line) from None
    if node is None:
        return YamlMapping({})
    if not isinstance(node, yaml.MappingNode):
        raise YamlError(
            first_line, "front-matter", "The front matter is not a list of `key: value` lines.", _LINES_HINT
        )
    converter = NodeConverter(text.split("\n"), first_line)
    converter.result.values = converter.mapping(node, ())
    return converter.result


class NodeConverter:
    """Converts the nodes of one document to values."""

    def __init__(self, lines: list[str], first_line: int) -> None:
        self.result = YamlMapping({})
        self._lines = lines
        self._first_line = first_line
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        """The values of a mapping. Raises `YamlError`."""
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + self._first_line
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(line, "front-matter", "A key must be one plain word.", _LINES_HINT)
            if key in values:
                raise YamlError(
                    line, "duplicate-key", f"`{key}` appears twice.", "Keep one of the two lines."
                )
            self.result.lines[*place, key] = line
            values[key] = self.value(value_node, (*place, key))
        return values

    def value(self, node: yaml.Node, place: Place) -> Any:
        """The value of any node. Raises `YamlError`."""
        line = node.start_mark.line + self._first_line
        self.result.lines.setdefault(place, line)
        if id(node) in self._seen or len(place) > _MAX_DEPTH:
            raise YamlError(
                line,
                "yaml-anchor",
                "Anchors (&) and references (*) are not used here.",
                "Write out the value.",
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self.scalar(cast("yaml.ScalarNode", node), place)

    def scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        """The value of a scalar; what YAML would guess at stays `Unquoted`."""
        self.result.written[place] = node.value
        if not node.style:
            self._check_comment(node)
        match node.tag.removeprefix(_TAG):
            case "str":
                return node.value
            case "null":
                return None
            case "bool":
                return node.value.lower() in {"true", "yes", "on"}
            case "int" if _INTEGER.match(node.value):
                return int(node.value)
        return Unquoted(node.value)

    def _check_comment(self, node: yaml.ScalarNode) -> None:
        rest = self._lines[node.end_mark.line][node.end_mark.column :] if node.value else ""
        if re.match(r"\s+#\S", rest):  # `Tip #3`; a real comment has a space after the `#`
            line = node.end_mark.line + self._first_line
            message = f"YAML reads “{rest.strip()}” as a comment and leaves it out."
            hint = f'Put the value in quotes: "{node.value}{rest.rstrip()}"'
            self.result.problems.append(Problem(line, "yaml-comment", message, hint))


def _syntax_error(error: yaml.YAMLError, text: str, first_line: int) -> YamlError:
    mark = getattr(error, "problem_mark", None)
    cause = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "it is not valid YAML")
    number = min(mark.line if mark else 0, text.count("\n"))
    written = _KEY_AND_VALUE.match(text.split("\n")[number])
    line = number + first_line
    if written and "mapping values" in cause:
        message = f"The value of `{written[1]}` has a colon in it, so it needs quotes."
        return YamlError(line, "unquoted-colon", message, f"Write {written[1]}: {quoted(written[2])}")
    hint = "Put texts in double quotes, close every quote and bracket, indent with spaces."
    return YamlError(line, "front-matter", f"The front matter cannot be read here: {cause}.", hint)


def quoted(value: str) -> str:
    """A value in double quotes, as YAML writes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
