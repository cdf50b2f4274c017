"""YAML as authors mean it: no value is guessed at, and every value remembers its line and how it was written.

YAML 1.1 reads `no` as false, `12:30` as 750 and `2026-09-14` as a date. Here such values stay marked, so
that whoever wants a text can say "put it in quotes" instead of showing the reader "False".
"""

import re
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from articles.render import Problem

Place = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?\d+\Z")
_KEY_AND_VALUE = re.compile(r"\s*(?:- )?([\w-]+):\s+(.*?)\s*\Z")
_DEEPEST = 8


class YamlError(Exception):
    """The text is no YAML, or more of YAML than front matter needs. Carries its `problem`."""

    def __init__(self, line: int, code: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, code, message, mend)


@dataclass(frozen=True)
class Unquoted:
    """A plain value that YAML would not read as a text: a date, a number with a colon …"""

    written: str


@dataclass
class Loaded:
    """The values, and for each place in them its line and what the author wrote there."""

    values: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load(text: str, first_line: int) -> Loaded:
    """The mapping in `text`, which begins on `first_line` of its file. Raises `YamlError`."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as wrong:
        raise _not_yaml(wrong, text, first_line) from None
    if node is None:
        return Loaded({})
    if not isinstance(node, yaml.MappingNode):
        raise YamlError(
            first_line, "front-matter", "The front matter is no list of `key: value` lines.", _MEND_LINES
        )
    walk = _Walk(text.split("\n"), first_line)
    walk.loaded.values = walk.mapping(node, ())
    return walk.loaded


class _Walk:
    """Turns the nodes of one document into values."""

    def __init__(self, lines: list[str], first_line: int) -> None:
        self.loaded = Loaded({})
        self._lines = lines
        self._first_line = first_line
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + self._first_line
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(line, "front-matter", "A key must be one plain word.", _MEND_LINES)
            if key in values:
                raise YamlError(
                    line, "duplicate-key", f"`{key}` is there twice.", "Keep one of the two lines."
                )
            self.loaded.lines[*place, key] = line
            values[key] = self.value(value_node, (*place, key))
        return values

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + self._first_line
        self.loaded.lines.setdefault(place, line)
        if id(node) in self._seen or len(place) > _DEEPEST:
            raise YamlError(
                line,
                "yaml-anchor",
                "Anchors (&) and references (*) are not used here.",
                "Write the value out.",
            )
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*place, index)) for index, each in enumerate(node.value)]
        return self.scalar(cast("yaml.ScalarNode", node), place)

    def scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        self.loaded.written[place] = node.value
        if not node.style:
            self._notice_comment(node)
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

    def _notice_comment(self, node: yaml.ScalarNode) -> None:
        rest = self._lines[node.end_mark.line][node.end_mark.column :] if node.value else ""
        if re.match(r"\s+#\S", rest):  # `Tip #3`; a comment proper has a space after its sign
            line = node.end_mark.line + self._first_line
            message = f"YAML reads “{rest.strip()}” as a comment and leaves it out."
            mend = f'Put the value in quotes: "{node.value}{rest.rstrip()}"'
            self.loaded.problems.append(Problem(line, "yaml-comment", message, mend))


def _not_yaml(wrong: yaml.YAMLError, text: str, first_line: int) -> YamlError:
    mark = getattr(wrong, "problem_mark", None)
    what = str(getattr(wrong, "problem", "") or getattr(wrong, "reason", "") or "it is no YAML")
    number = min(mark.line if mark else 0, text.count("\n"))
    written = _KEY_AND_VALUE.match(text.split("\n")[number])
    line = number + first_line
    if written and "mapping values" in what:
        message = f"The value of `{written[1]}` has a colon in it, so it needs quotes."
        return YamlError(line, "unquoted-colon", message, f"Write {written[1]}: {quoted(written[2])}")
    mend = "Put texts in double quotes, close every quote and bracket, indent with spaces."
    return YamlError(line, "front-matter", f"The front matter cannot be read here: {what}.", mend)


def quoted(value: str) -> str:
    """A value as it stands in YAML when in double quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_MEND_LINES = 'Write lines such as title: "What it is".'
