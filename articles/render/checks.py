"""What only the parsed text shows: HTML that was left out, and words that were meant to be replaced."""

import re

from lxml import etree

from articles.render.tree import Element, Tree, parent_of, prose, remove

_TAG = re.compile(r"<[A-Za-z/!?]")
_PLACEHOLDER = re.compile(r"(?<![\w-])(?:TODO|FIXME|TK|TKTK|XXX)(?![\w-])|(?i:lorem ipsum)")

_SIGNS = ("TODO", "FIXME", "TK", "XXX")  # a plain search is ten times faster than the pattern


def raw_html(tree: Tree) -> None:
    """Report HTML in the Markdown; the parser has left a comment where it left it out."""
    comments = list(tree.root.iter(etree.Comment))
    for line in sorted({_line_of_html(tree, comment) for comment in comments}):
        tree.report(
            line, "raw-html", "HTML is not allowed and was left out.", "Write it in Markdown, or as `code`."
        )
    for comment in comments:
        remove(comment)


def _line_of_html(tree: Tree, comment: Element) -> int:
    start, end = tree.span(parent_of(comment))
    before, after = comment.getprevious(), comment.getnext()
    if parent_of(comment).tag == "p":
        return tree.seek_between(start, end, _TAG)
    if before is not None and isinstance(before.tag, str):
        start = tree.span(before)[1]
    if after is not None and isinstance(after.tag, str):
        end = tree.span(after)[0]
    return tree.seek_between(start, end, _TAG)


def placeholders(tree: Tree, source: str) -> None:
    """Report words that stand for text to come, outside code."""
    if not any(sign in source for sign in _SIGNS) and "lorem" not in source.lower():
        return
    alts = ((element, element.get("alt", "")) for element in tree.found["img"])
    for element, text in (*prose(tree), *alts):
        for found in set(_PLACEHOLDER.findall(text)):
            line = tree.seek(element, re.compile(re.escape(found)))
            message = f"The text still has “{found}” in it."
            tree.report(
                line,
                "placeholder",
                message,
                f"Write what belongs there; if {found} is meant, write it as `code`.",
            )
