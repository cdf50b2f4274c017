"""Checks of the parsed body for placeholders."""

import re
from functools import cache

from articles.render.texts import text_nodes
from articles.render.tree import Tree

PLACEHOLDER = re.compile(r"(?<![\w-])(?:TODO|FIXME|TK|TKTK|XXX)(?![\w-])|[Ll]orem [Ii]psum|LOREM IPSUM")

_HTML_BLOCK = re.compile(r"[\s>*+\-\d.)]*<(?!\w+:)[A-Za-z/!?]")
# Searched first, as that is ten times faster than the regular expression.
_PLACEHOLDER_PARTS = ("TODO", "FIXME", "TK", "XXX", "orem ", "OREM ")


def check_placeholders(tree: Tree, source: str) -> None:
    """Report placeholders for text to come, outside code."""
    if not any(part in source for part in _PLACEHOLDER_PARTS):
        return
    alts = ((element, element.get("alt", "")) for element in tree.elements["img"])
    placeholders = {
        (tree.line_of_match(element, _literal(word)), word)
        for element, text in (*text_nodes(tree), *alts)
        for word in PLACEHOLDER.findall(text)
    }
    for line, word in sorted(placeholders):
        hint = f"Replace it. If you mean {word} itself, write it as `code`."
        tree.report(line, "placeholder", f"The text still has “{word}” in it.", hint, "warning")


def check_fences(tree: Tree, source: str) -> None:
    """Report HTML right before the end of a container: the parser drops it, with its words."""
    if ":::" not in source:
        return
    start = 0  # of the lines without an empty one between them
    for number, line in enumerate(tree.lines):
        text = line.strip()
        if text and not text.strip(":") and start < number and _HTML_BLOCK.match(tree.lines[start]):
            message = "HTML directly before `:::` would be lost."
            line_of_file = number + tree.context.first_line
            tree.report(line_of_file, "html-before-fence", message, "Put a blank line before `:::`.")
        start = start if text.strip(":") else number + 1


@cache
def _literal(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word))
