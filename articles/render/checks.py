"""Checks of the parsed body for raw HTML and for placeholders."""

import re
from functools import cache

from lxml import etree

from articles.render.tree import POSITION, Element, Tree, parent_of, text_nodes

_TAG = re.compile(r"<[A-Za-z/!?]")
PLACEHOLDER = re.compile(r"(?<![\w-])(?:TODO|FIXME|TK|TKTK|XXX)(?![\w-])|[Ll]orem [Ii]psum|LOREM IPSUM")

_CONTAINERS = (
    "blockquote",
    "dd",
    "div",
    "li",
    "section",
)  # these can have a block of HTML between other blocks
# Searched first, as that is ten times faster than the regular expression.
_PLACEHOLDER_PARTS = ("TODO", "FIXME", "TK", "XXX", "orem ", "OREM ")


def check_raw_html(tree: Tree, source: str) -> None:
    """Report HTML in the Markdown, which the parser replaces by comments."""
    if "<" not in source:
        return
    for line in sorted({_line_of_html(tree, comment) for comment in tree.root.iter(etree.Comment)}):
        tree.report(
            line, "raw-html", "HTML is not allowed and was left out.", "Write it in Markdown, or as `code`."
        )
    etree.strip_tags(tree.root, etree.Comment)


def _line_of_html(tree: Tree, comment: Element) -> int:
    parent = parent_of(comment)
    start, end = tree.span(parent)
    if parent is tree.root or parent.tag in _CONTAINERS:
        before, after = comment.getprevious(), comment.getnext()
        start = tree.span(before)[1] if before is not None and before.get(POSITION) else start
        end = tree.span(after)[0] if after is not None and after.get(POSITION) else end
    return (tree.find_line(start, end, _TAG) or start) + tree.context.first_line - 1


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
        hint = f"Write what belongs there; if {word} is meant, write it as `code`."
        tree.report(line, "placeholder", f"The text still has “{word}” in it.", hint)


@cache
def _literal(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word))
