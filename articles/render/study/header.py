"""The first line of an item: `::: question cmp-panel level=apply objective=claims.lab`."""

import re
from dataclasses import dataclass, field

from articles.items import KEY, KEY_LENGTH, KINDS, LEVELS

_OBJECTIVE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)?\Z")
_MEANING = re.compile(r"[1-9][0-9]{0,5}\Z")
_KNOWN = ("level", "objective", "meaning")
_VALUES = {
    "level": f"Use one of {', '.join(LEVELS)}.",
    "objective": "Use the slug of a domain of exam.toml, or domain.objective.",
    "meaning": "Use a whole number from 1.",
}

Mistake = tuple[str, str, str]  # code, message, hint


@dataclass(slots=True)
class Header:
    """What it says, and what is wrong with it."""

    kind: str
    key: str = ""
    objective: str = ""
    level: str = ""
    meaning: int = 1
    mistakes: list[Mistake] = field(default_factory=list)


def read_header(info: str) -> Header | None:
    """The words behind `:::`; None when the first is no kind of item."""
    kind, *words = info.split() or [""]
    if kind not in KINDS:
        return None
    header = Header(kind)
    if words and "=" not in words[0]:
        header.key = words.pop(0)
        if not KEY.match(header.key) or len(header.key) > KEY_LENGTH:
            message = f"“{header.key}” cannot be the id of an item."
            hint = (
                f"Use up to {KEY_LENGTH} lowercase letters, digits and single hyphens; begin with a letter."
            )
            header.mistakes.append(("item-bad-id", message, hint))
            header.key = ""
    for word in words:
        _read_attribute(header, word)
    return header


def _read_attribute(header: Header, word: str) -> None:
    name, sign, value = word.partition("=")
    if not sign or name not in _KNOWN:
        message = f"The first line of an item has “{word}”, which means nothing here."
        hint = "Write `::: kind id`, then level=, objective= or meaning=."
        header.mistakes.append(("item-attribute", message, hint))
    elif not _is_valid(name, value):
        header.mistakes.append(("item-attribute", f"{name}= cannot be “{value}”.", _VALUES[name]))
    elif name == "meaning":
        header.meaning = int(value)
    elif name == "level":
        header.level = value
    else:
        header.objective = value


def _is_valid(name: str, value: str) -> bool:
    if name == "level":
        return value in LEVELS
    return bool((_MEANING if name == "meaning" else _OBJECTIVE).match(value))
