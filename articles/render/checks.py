"""What only the parsed text shows: HTML that was left out, and words that were meant to be replaced."""

import re
from functools import cache

from lxml import etree

from articles.render.tree import POSITION, Element, Tree, parent_of, prose

_TAG = re.compile(r"<[A-Za-z/!?]")
PLACEHOLDER = re.compile(r"(?<![\w-])(?:TODO|FIXME|TK|TKTK|XXX)(?![\w-])|[Ll]orem [Ii]psum|LOREM IPSUM")

_CONTAINERS = (
    "blockquote",
    "dd",
    "div",
    "li",
    "section",
)  # a block of HTML stands between their other blocks
_SIGNS = (
    "TODO",
    "FIXME",
    "TK",
    "XXX",
    "orem ",
    "OREM ",
)  # a plain search is ten times faster than the pattern


def raw_html(tree: Tree, source: str) -> None:
    """Report HTML in the Markdown; the parser has left a comment where it left it out."""
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
    return (tree.find(start, end, _TAG) or start) + tree.context.first_line - 1


def placeholders(tree: Tree, source: str) -> None:
    """Report words that stand for text to come, outside code."""
    if not any(sign in source for sign in _SIGNS):
        return
    alts = ((element, element.get("alt", "")) for element in tree.found["img"])
    found = {
        (tree.seek(element, _exactly(word)), word)
        for element, text in (*prose(tree), *alts)
        for word in PLACEHOLDER.findall(text)
    }
    for line, word in sorted(found):
        mend = f"Write what belongs there; if {word} is meant, write it as `code`."
        tree.report(line, "placeholder", f"The text still has “{word}” in it.", mend)


@cache
def _exactly(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word))
