"""The rendering pipeline: check limits, parse, transform, sanitize."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

from lxml import etree

from articles.problems import Problem
from articles.render import (
    author_html,
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
from articles.render.rendered import Block, Kind, RenderContext, Rendered
from articles.render.tree import POSITION, SEPARATOR, Element, Tree, parse

RENDERER = f"5, {markdown.NAME}, {cleaning.NAME}, lxml {version('lxml')}, Pygments {version('pygments')}"

_EMPTY = RenderContext()
_KINDS: dict[str, Kind] = {
    "p": "paragraph", "ul": "list", "ol": "list", "dl": "definitions", "pre": "code", "figure": "figure",
    "blockquote": "quote", "hr": "rule", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading",
    "h6": "heading", "section": "question",
}  # fmt: skip


def render(source: str, context: RenderContext = _EMPTY) -> Rendered:
    """Render the body of an article. Never raises for what an author wrote: mistakes are in `problems`."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # the line ends that the parser counts
    lines = source.split("\n")
    problem = limits.check_limits(source, lines)
    if problem is not None:
        return _rejected(problem, context)
    html = markdown.to_html(source)
    if len(html) > limits.HTML:
        return _rejected(limits.too_large(), context)
    try:
        root, problems = _read(html, source, lines)
    except etree.XMLSyntaxError:
        return _rejected(limits.too_deep(1), context)
    tree = Tree(root, lines, context)
    for problem in problems:
        tree.report(
            problem.line + context.first_line - 1, problem.code, problem.message, problem.hint, problem.level
        )
    return _transform(tree, source)


def _read(html: str, source: str, lines: list[str]) -> tuple[Element, list[Problem]]:
    """The parsed body; most have no HTML of their author's, and are well-formed as they are."""
    if author_html.OMITTED not in html:
        return parse(html), []
    # Only comrak says where something stands.
    source = source.replace(POSITION, POSITION.replace("-", ""))
    accepted = author_html.accept(markdown.to_html(source, raw_html=True), lines)
    return accepted.root, accepted.problems


def _transform(tree: Tree, source: str) -> Rendered:
    checks.check_placeholders(tree, source)
    footnotes.link_footnotes(tree, source)
    all_headings = headings.assign_ids(tree)
    author_ids = headings.keep_author_ids(tree)
    images = pictures.resolve_images(tree)
    article_links = links.resolve_links(tree)
    blocks.convert_admonitions(tree)
    question_ids = questions.build_questions(tree)
    blocks.make_tables_accessible(tree)
    blocks.label_task_lists(tree)
    code.highlight_code(tree)
    anchors = frozenset((*(heading.id for heading in all_headings), *question_ids, *author_ids))
    links.check_anchors(tree, anchors)
    top_level = {element.get("id", "") for element in tree.root if element.tag in ("h2", "h3")}
    text, finished_blocks = _serialize_blocks(tree)
    return Rendered(
        blocks=finished_blocks,
        text=text,
        headings=tuple(all_headings),
        contents=tuple(heading for heading in all_headings if heading.id in top_level),
        anchors=anchors,
        links=tuple(article_links),
        images=tuple(images),
        questions=len(question_ids),
        problems=tuple(sorted(tree.problems, key=lambda problem: problem.line)),
    )


def _serialize_blocks(tree: Tree) -> tuple[str, tuple[Block, ...]]:
    """The text for search, and the sanitized blocks with the visual texts added."""
    lines = [tree.line(element) for element in tree.root]
    for element in tree.root:
        element.tail = SEPARATOR
    with separated_cells(tree):
        block_words = [block.split() for block in _serialize(tree, "text")]
    text = "\n".join(" ".join(words) for words in block_words if words)
    if "[^" in text:
        footnotes.check_references(tree)
    for element, label in tree.visual_texts:
        element.text = label
    etree.strip_attributes(tree.root, POSITION)
    blocks = tuple(
        Block(block_kind(element), f"{cleaning.clean(html)}\n", len(words), line)
        for element, html, words, line in zip(
            tree.root, _serialize(tree, "html"), block_words, lines, strict=True
        )
    )
    return text, blocks


@contextmanager
def separated_cells(tree: Tree) -> Iterator[None]:
    """Separate table cells with semicolons while plain text is written, so that snippets do not join them."""
    cells = [cell for table in tree.elements["table"] for cell in table.iter("th", "td")]
    tails = [cell.tail for cell in cells]
    for cell in cells:
        cell.tail = "; "
    yield
    for cell, tail in zip(cells, tails, strict=True):
        cell.tail = tail


def _serialize(tree: Tree, method: str) -> list[str]:
    """Serialize all blocks at once, which is faster, and split the result."""
    tree.root.text = None
    output = etree.tostring(tree.root, encoding="unicode", method=method)
    return output.removeprefix("<body>").split(SEPARATOR)[:-1]


def block_kind(element: Element) -> Kind:
    """The kind of a top-level block."""
    classes = element.get("class", "")
    if element.tag == "div":
        return "table" if classes == "table" else "admonition" if classes.startswith("note") else "quote"
    return "footnotes" if classes == "footnotes" else _KINDS.get(str(element.tag), "quote")


def _rejected(problem: Problem, context: RenderContext) -> Rendered:
    line = problem.line + context.first_line - 1
    return Rendered(problems=(Problem(line, problem.code, problem.message, problem.hint),))
