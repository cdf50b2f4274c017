"""Abbreviations that are explained once, as in PHP Markdown Extra: `*[HTML]: HyperText Markup Language`."""

import re

from articles.render.texts import replace_text
from articles.render.tree import Element, Tree, new_element, remove

_DEFINITION = re.compile(r"\*\[([^\]\n]{1,60})\]:[ \t]*([^\n]{0,300})(?:\n|\Z)")
_START = "*["
_MOST = 100  # abbreviations; each makes the pattern for the text longer


def mark_abbreviations(tree: Tree, source: str) -> None:
    """Take the definitions out of the text, and explain each place of an abbreviation."""
    if _START not in source:
        return
    meanings, lines = _take_definitions(tree)
    names = sorted((name for name in list(meanings)[:_MOST] if meanings[name].strip()), key=len, reverse=True)
    used = set[str]()

    def explain(match: re.Match[str], holder: Element) -> Element | None:
        used.add(match[0])
        if holder.tag == "abbr":
            return None
        element = new_element("abbr", title=meanings[match[0]].strip())
        element.text = match[0]
        return element

    if names:
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
        replace_text(tree, "", pattern, explain)
    for name in meanings.keys() - used:
        message = f"The abbreviation {name} is defined but never used."
        tree.report(lines[name], "abbreviation-unused", message, "Remove its line.", "warning")


def _take_definitions(tree: Tree) -> tuple[dict[str, str], dict[str, int]]:
    """What the abbreviations mean, and the lines of the file where that stands."""
    meanings: dict[str, str] = {}
    lines: dict[str, int] = {}
    for paragraph in list(tree.root.iter("p")):
        text = paragraph.text or ""
        if text.startswith(_START) and len(paragraph) == 0 and _DEFINITION.sub("", text) == "":
            found = dict(_DEFINITION.findall(text))
            meanings |= found
            lines |= dict.fromkeys(found, tree.line(paragraph))
            remove(paragraph)
    return meanings, lines
