"""Obsidian's links `[[Note#Heading|words]]`, embeds `![[picture.png|300]]` and comments `%%…%%`."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote

from articles.render.attributes import WIDTH
from articles.render.headings import slug
from articles.render.rendered import Link
from articles.render.texts import LineFinder, TextSlot, is_in_link, replace_text
from articles.render.tree import HEADINGS, Element, Tree, is_blank, new_element, parent_of, remove

_LINK = re.compile(r"(!?)\[\[([^\[\]|#\n]{0,200})(#[^\[\]|\n]{0,200})?(?:\\?\|([^\[\]\n]{0,200}))?\]\]")
_SIZE = re.compile(r"(?:\A|\|)\s*(\d{1,4})(?:x\d{1,4})?\s*\Z")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg|bmp|heic|tiff?)\Z", re.IGNORECASE)
_COMMENT = re.compile(r"(?<!\S)%%[^%]{1,5000}%%(?![\w%])")
_BLOCK_ID = re.compile(r"(?:\A|[ \t\n])\^(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9-]{2,40}[ \t]*\Z")
_TOC = re.compile(r"(?i)\A_?toc_?\Z")


def drop_comments(tree: Tree, source: str) -> None:
    """Comments are the author's own, also those that hold several paragraphs."""
    if "%%" not in source:
        return
    blocks = list(tree.root)
    starts = [number for number, block in enumerate(blocks) if _is_sign(block)]
    for start, end in zip(starts[::2], starts[1::2], strict=False):
        tree.discard(blocks[start : end + 1])
    lines = LineFinder(tree)

    def drop(match: re.Match[str], holder: Element) -> str:
        message = "A comment between %% was left out, as Obsidian does."
        tree.report(
            lines.find(holder, match[0][:9]), "comment", message, "Write it as <!-- … -->.", "warning"
        )
        return ""

    replace_text(tree, "%%", _COMMENT, drop)
    for block in [block for block in tree.root if block.tag == "p" and len(block) == 0 and is_blank(block)]:
        remove(block)


def drop_block_ids(tree: Tree, source: str) -> None:
    """Take out the ids that Obsidian gives to blocks, for links to them: ` ^a1b2c3` at the end."""
    if "^" not in source:
        return
    dropped: list[Element] = []
    for block in list(tree.root.iter("p", "li", "td", *HEADINGS)):
        slot = TextSlot(block[-1], is_tail=True) if len(block) else TextSlot(block, is_tail=False)
        if match := _BLOCK_ID.search(slot.text):
            slot.set(slot.text[: match.start()])
            dropped.append(block)
    if dropped:
        message = "The id of a block, like ^a1b2c3, was left out, as Obsidian does."
        tree.report(tree.line(dropped[0]), "block-id", message, "Link to a heading.", "warning")
    for block in dropped:
        if block.tag == "p" and len(block) == 0 and is_blank(block) and len(parent_of(block)) > 1:
            remove(block)


def _is_sign(block: Element) -> bool:
    return block.tag == "p" and len(block) == 0 and (block.text or "").strip() == "%%"


def resolve_wiki_links(tree: Tree, source: str) -> list[Link]:
    """Make links and pictures of what stands in double brackets, and return the links to other articles."""
    if "[[" not in source:
        return []
    builder = _WikiLinks(tree, LineFinder(tree))
    replace_text(tree, "[[", _LINK, builder.make)
    return builder.links


@dataclass
class _WikiLinks:
    tree: Tree
    lines: LineFinder
    links: list[Link] = field(default_factory=list)

    def make(self, match: re.Match[str], holder: Element) -> Element | str | None:
        """What stands in place of the brackets; None inside of a link."""
        name, words = match[2].strip(), (match[4] or "").strip()
        if match[1] and _PICTURE.search(name):
            return _picture(self.tree, name, words)
        if _TOC.match(name) or not (name or match[3]) or is_in_link(holder):
            return None
        heading = (match[3] or "").rpartition("#")[2].strip()
        words = words or " › ".join(filter(None, (name.rpartition("/")[2], heading.removeprefix("^"))))
        anchor = "" if heading.startswith("^") else slug(heading) if heading else ""
        if not name and not anchor:
            return words
        if name:
            link = self._link_note(name, anchor, self.lines.find(holder, match[0]))
        else:
            link = new_element("a", href=f"#{anchor}")
            self.tree.elements["a"].append(link)
        if link is not None:
            link.text = words
        if match[1]:
            message = f"The note {name} cannot be embedded in this article, so it is a link."
            hint = "Write what readers need from it here."
            self.tree.report(self.lines.find(holder, match[0]), "embedded-note", message, hint, "warning")
        return words if link is None else link

    def _link_note(self, name: str, anchor: str, line: int) -> Element | None:
        """A link to an article by its file's name or title; when there is none, its words stay."""
        resolve_note, resolve_link = self.tree.context.resolve_note, self.tree.context.resolve_link
        paths = resolve_note(name) if resolve_note else ()
        if len(paths) == 1 and resolve_link and (url := resolve_link(paths[0])):
            self.links.append(Link(paths[0], anchor, line, url))
            return new_element("a", href=f"{url}#{anchor}" if anchor else url)
        if len(paths) > 1:
            message = f"[[{name}]] may be {' or '.join(paths[:3])}."
            hint = f"Link to the one that is meant: [words]({quote(paths[0])})."
            self.tree.report(line, "wiki-ambiguous", message, hint)
        else:
            hint = "Write the name of its file, or remove the brackets."
            message = f"There is no article [[{name}]]; its text is kept."
            self.tree.report(line, "wiki-link", message, hint, "warning")
        return None


def _picture(tree: Tree, name: str, words: str) -> Element:
    """A picture; behind its name stands a text, a width, or both."""
    size = _SIZE.search(words)
    alt = (words[: size.start()] if size else words).strip()
    picture = new_element("img", src=quote(name), alt=alt)
    if size:
        picture.set(WIDTH, size[1])
    tree.elements["img"].append(picture)
    return picture
