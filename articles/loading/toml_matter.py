"""Front matter in TOML, as Hugo writes it between two lines `+++`."""

import re
import tomllib
from datetime import date, datetime, time
from typing import Any

from articles.loading.strict_yaml import Unquoted, YamlError, YamlMapping

_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_TABLE = re.compile(r"\s*\[+\s*([\w-]+)")
_POSITION = re.compile(r"\(at line (\d+), column \d+\)")


def load_toml(text: str, first_line: int) -> YamlMapping:
    """The mapping in `text`, which begins on `first_line` of its file. Raises `YamlError`."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        position = _POSITION.search(str(error))
        line = first_line - 1 + int(position[1]) if position else first_line
        cause = str(error).partition(" (at")[0]
        message = f"The front matter cannot be read here: {cause}."
        hint = "Correct the line, or write YAML between two --- lines."
        raise YamlError(line, "front-matter", message, hint) from None
    result = YamlMapping({key: _plain(value) for key, value in values.items()})
    for number, text_line in enumerate(text.split("\n"), first_line):
        table = _TABLE.match(text_line)
        if found := table or _KEY.match(text_line):
            result.lines.setdefault((found[1],), number)
        if table:  # what follows are the keys of the table
            break
    for key, value in values.items():
        result.lines.setdefault((key,), first_line)
        result.written[key,] = str(value)
    return result


def _plain(value: Any) -> Any:
    """Dates as YAML's are read, so that the same fields take both."""
    if isinstance(value, datetime | date | time):
        return Unquoted(value.isoformat())
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
