"""The rendering pipeline: check limits, parse, transform, sanitize."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version

from lxml import etree

from articles.problems import Problem
from articles.render import (
    abbreviations,
    attributes,
    author_html,
    blocks,
    callouts,
    checks,
    code,
    footnotes,
    formulas,
    headings,
    leftovers,
    limits,
    links,
    markdown,
    marks,
    pictures,
    study,
    typography,
    videos,
    wiki,
)
from articles.render import clean as cleaning
from articles.render.reading_time import reading_words
from articles.render.rendered import Block, Kind, Link, RenderContext, Rendered
from articles.render.tree import POSITION, SEPARATOR, Element, Tree, parse

RENDERER = f"9, {markdown.NAME}, {formulas.NAME}, {cleaning.NAME}, lxml {version('lxml')}, Pygments {version('pygments')}"

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
    if context.math:
        source = formulas.fence_blocks(source)
    notes = footnotes.has_inline_notes(source)
    parse_html = partial(typography.to_html, math=context.math, quotes=context.quotes, notes=notes)
    html = parse_html(source)
    if len(html) > limits.HTML:
        return _rejected(limits.too_large(), context)
    try:
        root, problems = _read(html, source, lines, parse_html)
    except etree.XMLSyntaxError:
        return _rejected(limits.too_deep(1), context)
    tree = Tree(root, lines, context)
    for problem in problems:
        tree.report(
            problem.line + context.first_line - 1, problem.code, problem.message, problem.hint, problem.level
        )
    return _transform(tree, source)


def _read(
    html: str, source: str, lines: list[str], parse_html: Callable[..., str]
) -> tuple[Element, list[Problem]]:
    """The parsed body; most have no HTML of their author's, and are well-formed as they are."""
    if author_html.OMITTED not in html:
        return parse(html), []
    # Only comrak says where something stands.
    source = source.replace(POSITION, POSITION.replace("-", ""))
    accepted = author_html.accept(parse_html(source, raw_html=True), lines)
    return accepted.root, accepted.problems


def _transform(tree: Tree, source: str) -> Rendered:
    note_links = _read_dialects(tree, source)
    checks.check_placeholders(tree, source)
    checks.check_fences(tree, source)
    footnotes.link_footnotes(tree, source)
    all_headings = headings.assign_ids(tree)
    author_ids = headings.keep_author_ids(tree)
    images = pictures.resolve_images(tree)
    article_links = [*note_links, *links.resolve_links(tree)]
    items = study.build_items(tree)
    blocks.make_tables_accessible(tree)
    blocks.label_task_lists(tree)
    code.highlight_code(tree)
    anchors = frozenset((*(heading.id for heading in all_headings), *items.anchors, *author_ids))
    links.check_anchors(tree, anchors)
    top_level = {element.get("id", "") for element in tree.root if element.tag in ("h2", "h3")}
    text, finished_blocks = _serialize_blocks(tree, items)
    return Rendered(
        blocks=finished_blocks,
        text=text,
        headings=tuple(all_headings),
        contents=tuple(heading for heading in all_headings if heading.id in top_level),
        anchors=anchors,
        links=tuple(article_links),
        images=tuple(images),
        items=items.finish(),
        problems=tuple(sorted(tree.problems, key=lambda problem: problem.line)),
    )


def _read_dialects(tree: Tree, source: str) -> list[Link]:
    """Understand what CommonMark leaves as text and other programs do not, and return the links to notes."""
    callouts.convert_callouts(tree)
    formulas.take_formulas(tree)
    leftovers.report_formulas(tree, source)
    wiki.drop_comments(tree, source)
    wiki.drop_block_ids(tree, source)
    attributes.apply_attributes(tree, source)
    marks.apply_marks(tree, source)
    videos.link_videos(tree, source)
    links = wiki.resolve_wiki_links(tree, source)
    abbreviations.mark_abbreviations(tree, source)
    leftovers.report_leftovers(tree, source)
    return links


def _serialize_blocks(tree: Tree, items: study.StudyItems) -> tuple[str, tuple[Block, ...]]:
    """The text for search, and the sanitized blocks with the visual texts added."""
    lines = [tree.line(element) for element in tree.root]
    for element in tree.root:
        element.tail = SEPARATOR
    with separated_cells(tree):
        block_texts = _serialize(tree, "text")
    block_words = [block.split() for block in block_texts]
    counts = map(reading_words, block_texts, block_words)
    text = "\n".join(" ".join(words) for words in block_words if words)
    if "[^" in text:
        footnotes.check_references(tree)
    for element, label in tree.visual_texts:
        element.text = label
    formulas.show_formulas(tree)
    items.show()
    etree.strip_attributes(tree.root, POSITION)
    blocks = tuple(
        Block(block_kind(element), f"{cleaning.clean(html)}\n", count, line)
        for element, html, count, line in zip(tree.root, _serialize(tree, "html"), counts, lines, strict=True)
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
        if classes == "formula":
            return "figure"
        return "table" if classes == "table" else "admonition" if classes.startswith("note") else "quote"
    if element.tag == "details" and classes:
        return "admonition"
    return "footnotes" if classes == "footnotes" else _KINDS.get(str(element.tag), "quote")


def _rejected(problem: Problem, context: RenderContext) -> Rendered:
    line = problem.line + context.first_line - 1
    return Rendered(problems=(Problem(line, problem.code, problem.message, problem.hint),))
