"""From Markdown to a `Rendered`: parse once, read, dress, clean."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from lxml import etree

from articles.render import (
    blocks,
    checks,
    code,
    footnotes,
    headings,
    limits,
    links,
    markdown,
    pictures,
    questions,
)
from articles.render import clean as cleaning
from articles.render.rendered import Block, Context, Kind, Problem, Rendered
from articles.render.tree import POSITION, SEPARATOR, Element, Tree, parse

RENDERER = f"2, {markdown.NAME}, {cleaning.NAME}, lxml {version('lxml')}, Pygments {version('pygments')}"

_EMPTY = Context()
_KINDS: dict[str, Kind] = {
    "p": "paragraph", "ul": "list", "ol": "list", "dl": "definitions", "pre": "code", "figure": "figure",
    "blockquote": "quote", "hr": "rule", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading",
    "h6": "heading", "section": "question",
}  # fmt: skip


def render(source: str, context: Context = _EMPTY) -> Rendered:
    """Render the body of an article. Never raises for what an author wrote: mistakes are in `problems`."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # as the parser counts lines
    lines = source.split("\n")
    refused = limits.refuse(source, lines)
    if refused is not None:
        return _refused(refused, context)
    html = markdown.to_html(source)
    if len(html) > limits.HTML:
        return _refused(limits.too_large(), context)
    try:
        root = parse(html)
    except etree.XMLSyntaxError:
        return _refused(limits.too_deep(1), context)
    return _work(Tree(root, lines, context), source)


def _work(tree: Tree, source: str) -> Rendered:
    checks.raw_html(tree, source)
    checks.placeholders(tree, source)
    footnotes.tie(tree, source)
    found = headings.number(tree)
    pictured = pictures.place(tree)
    linked = links.follow(tree)
    blocks.notes(tree)
    asked = questions.build(tree)
    blocks.tables(tree)
    blocks.tasks(tree)
    code.colour(tree)
    anchors = frozenset(
        (*(heading.id for heading in found), *(questions.ID.format(n + 1) for n in range(asked)))
    )
    links.check_anchors(tree, anchors)
    top = {element.get("id", "") for element in tree.root if element.tag in ("h2", "h3")}
    text, finished = _finish(tree)
    return Rendered(
        blocks=finished,
        text=text,
        headings=tuple(found),
        contents=tuple(heading for heading in found if heading.id in top),
        anchors=anchors,
        links=tuple(linked),
        images=tuple(pictured),
        questions=asked,
        problems=tuple(sorted(tree.problems, key=lambda problem: problem.line)),
    )


def _finish(tree: Tree) -> tuple[str, tuple[Block, ...]]:
    """Take the text for search first, then add what is only for the eye, and clean block by block."""
    lines = [tree.line(element) for element in tree.root]
    for element in tree.root:
        element.tail = SEPARATOR
    with _cells_apart(tree):
        words = [block.split() for block in _serialise(tree, "text")]
    text = "\n".join(" ".join(found) for found in words if found)
    if "[^" in text:
        footnotes.check_calls(tree)
    for element, label in tree.late:
        element.text = label
    etree.strip_attributes(tree.root, POSITION)
    blocks = tuple(
        Block(_kind(element), f"{cleaning.clean(html)}\n", len(found), line)
        for element, html, found, line in zip(tree.root, _serialise(tree, "html"), words, lines, strict=True)
    )
    return text, blocks


@contextmanager
def _cells_apart(tree: Tree) -> Iterator[None]:
    """While plain text is written: in a snippet, two cells are not one sentence."""
    cells = [cell for table in tree.found["table"] for cell in table.iter("th", "td")]
    tails = [cell.tail for cell in cells]
    for cell in cells:
        cell.tail = "; "
    yield
    for cell, tail in zip(cells, tails, strict=True):
        cell.tail = tail


def _serialise(tree: Tree, method: str) -> list[str]:
    """Write all blocks at once, which is faster, and cut between them."""
    tree.root.text = None
    whole = etree.tostring(tree.root, encoding="unicode", method=method)
    return whole.removeprefix("<body>").split(SEPARATOR)[:-1]


def _kind(element: Element) -> Kind:
    classes = element.get("class", "")
    if element.tag == "div":
        return "table" if classes == "table" else "admonition" if classes.startswith("note") else "quote"
    return "footnotes" if classes == "footnotes" else _KINDS[str(element.tag)]


def _refused(problem: Problem, context: Context) -> Rendered:
    line = problem.line + context.first_line - 1
    return Rendered(problems=(Problem(line, problem.code, problem.message, problem.mend),))
