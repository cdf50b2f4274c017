"""Shortcodes that hold a text, by what themes and plugins call them: parts that open, notes, tabs."""

from collections.abc import Mapping, Sequence
from html import escape

from articles.render.callouts import KINDS

_OPENING = ("accordion", "collaps", "details", "expand", "spoiler", "toggle")
_NOTES = ("admonition", "alert", "callout", "hint", "notice")
_TABS = ("tab", "codetab", "tabitem")
_TITLES = ("title", "summary", "heading", "header", "name", "label", "tabname")
_KINDS = ("type", "level", "kind", "color", "class", "icon")


def title_of(values: Mapping[str, str]) -> str:
    """The title among named values, or ""."""
    return next((values[name].strip() for name in _TITLES if values.get(name, "").strip()), "")


def opens(name: str) -> bool:
    """Whether a shortcode of this name hides its text until readers open it."""
    return any(part in name.lower() for part in _OPENING)


def start_of(name: str, values: Mapping[str, str], words: Sequence[str]) -> str | None:
    """What stands for the beginning of such a shortcode in Markdown; None for one of another kind.

    `values` are its named arguments, `words` the others.
    """
    name, left = name.lower().rpartition("/")[2], list(words)
    if opens(name):
        title = title_of(values) or " ".join(left[:1])
        return f"\n\n<details>\n<summary>{escape(title or 'More', quote=False)}</summary>\n\n"
    if name in _NOTES or name in KINDS.keys() - {"quote", "cite", "example", "question", "missing"}:
        given = [values.get(key, "") for key in _KINDS] + left[:1]
        kind = (
            name if name in KINDS else next((word.lower() for word in given if word.lower() in KINDS), "note")
        )
        left = left[1:] if left and left[0].lower() in KINDS else left
        return f"\n\n::: {kind} {title_of(values) or ' '.join(left[:1])}".rstrip() + "\n\n"
    if name in _TABS and (title := title_of(values) or " ".join(left[:1])):
        return f"\n\n**{title}**\n\n"
    return None


def end_of(name: str) -> str | None:
    """What stands for its end."""
    start = start_of(name, {"title": "-"}, ())
    if start is None:
        return None
    return "\n\n</details>\n\n" if "<details>" in start else "\n\n:::\n\n" if ":::" in start else "\n\n"
