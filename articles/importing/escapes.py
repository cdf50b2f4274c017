"""Backslashes that converted Markdown does not need, so that its author can read it and addresses stay whole."""

import re

from articles.importing.markdown_links import outside_code

# What stands before something that would begin a block: quotes, list markers, spaces.
_START = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*")
_NUMBER = re.compile(r"\d+")
_ESCAPE = re.compile(r"\\([-.=+#>{}():;'\",/?%@$^!&_])")
_CONTAINER = re.compile(r"(?m)^([ \t>]*)(:::)")
_QUOTE_AFTER_TEXT = re.compile(r"(?m)^(?![> ])(\S.*)\n(?=> )")


def without_needless_escapes(text: str) -> str:
    """The same text for every reader of CommonMark, with fewer backslashes."""
    return outside_code(
        text, lambda part: _QUOTE_AFTER_TEXT.sub(r"\1\n\n", "\n".join(map(_line, _escaped(part).split("\n"))))
    )


def _escaped(part: str) -> str:
    """Signs of ours that other programs show as they are: the line of a container, and comments."""
    part = _CONTAINER.sub(r"\1\\\2", part)
    return part.replace("%%", r"%\%") if part.count("%%") > 1 else part


def _line(line: str) -> str:
    if "\\" not in line:
        return line
    start = _START.match(line)
    begin = start.end() if start else 0
    return _ESCAPE.sub(lambda found: found[0] if _is_needed(line, begin, found) else found[1], line)


def _is_needed(line: str, begin: int, found: re.Match[str]) -> bool:
    character, at = found[1], found.start()
    before, after = line[begin:at], line[found.end() :]
    if not before or before.endswith("\\") or (character in ".)" and _NUMBER.fullmatch(before)):
        return True
    needed = {
        ":": after.startswith("::"),
        "%": before.endswith("%"),
        "_": not (before[-1].isalnum() and after[:1].isalnum()),
        "(": before.endswith("]"),
        "!": after.startswith(("[", "\\[")),
        "&": re.match(r"#?\w+;", after) is not None,
        "{": True,
    }
    if character in "-=":
        return not before.strip("-=\\ ")  # a line of them alone makes a heading or a rule
    return needed.get(character, False)
