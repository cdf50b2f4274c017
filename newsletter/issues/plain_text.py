"""The text part of a mail, made from the article as it goes into feeds: for reading, and losing no word of it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from articles.render.tree import Element

WIDEST_ROW = 78
BREAK = "\u2028"  # in running text, where a line feed is but a space
NOTE = re.compile(r"\[(?P<number>\d{1,6})\]")
PARTS = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd"}}
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)
_BLOCKS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "pre", "table", "blockquote", "hr", "dl", "dt",
    "dd", "figure", "figcaption", "section", "caption", "details", "summary",
}  # fmt: skip


def text_of(html: str) -> str:
    """The text of plain HTML, as `articles.render.for_feed` makes it.

    Letters and numbers of lists stay, code keeps its lines, a row of a table is a line, and what links lead to stands
    below as numbered references, after the article's own notes.
    """
    body = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)[0]
    writer = _Writer(first=_last_note(body) + 1)
    lines = writer.blocks(body)
    references = [f"[{number}] {url}" for url, number in writer.links.items()]
    return "\n".join([*lines, *([""] if lines and references else []), *references]).strip("\n")


def _last_note(body: Element) -> int:
    marks = (NOTE.fullmatch(mark.text or "") for mark in body.iter("sup"))
    return max((int(mark["number"]) for mark in marks if mark), default=0)


@dataclass
class _Writer:
    """Collects the links of one text; the first gets the number `first`."""

    first: int
    links: dict[str, int] = field(default_factory=dict)

    def blocks(self, parent: Element) -> list[str]:
        """The lines of an element's blocks, an empty one between each two; loose text is a paragraph."""
        paragraphs: list[list[str]] = []
        loose = parent.text or ""
        for child in parent:
            if child.tag in _BLOCKS:
                paragraphs += [_lines(loose), self._block(child)]
                loose = child.tail or ""
            else:
                loose += self._inline(child) + (child.tail or "")
        paragraphs.append(_lines(loose))
        return _joined([lines for lines in paragraphs if any(lines)])

    def _block(self, element: Element) -> list[str]:
        writers: dict[str, Callable[[Element], list[str]]] = {
            **dict.fromkeys(("h1", "h2"), lambda heading: self._heading(heading, "=")),
            **dict.fromkeys(("h3", "h4", "h5", "h6"), lambda heading: self._heading(heading, "-")),
            **dict.fromkeys(("ul", "ol"), self._list),
            "table": self._table,
            "dl": self._definitions,
            "blockquote": lambda quote: [f"> {line}".rstrip() for line in self.blocks(quote)],
            "pre": lambda code: [
                f"    {line}" for line in "".join(map(str, code.itertext())).strip("\n").split("\n")
            ],
            "hr": lambda _: ["* * *"],
        }
        write = writers.get(element.tag, self.blocks)
        return write(element) if _is_regular(element) else self.blocks(element)

    def _heading(self, element: Element, under: str) -> list[str]:
        (*first, last) = _lines(self._inlines(element)) or [""]
        return [*first, last, under * min(len(last), WIDEST_ROW)]

    def _list(self, element: Element) -> list[str]:
        start = element.get("start", "1")
        number = int(start) if start.lstrip("-").isdigit() else 1
        items = []
        for position, item in enumerate(item for item in element if item.tag == "li"):
            mark = f"{number + position}. " if element.tag == "ol" else "- "
            lines = self.blocks(item) or [""]
            if all(child.tag not in {"p", "pre"} for child in item):  # a tight list (CommonMark, 5.3)
                lines = [line for line in lines if line] or [""]
            items.append([mark + lines[0], *(f"{' ' * len(mark)}{line}".rstrip() for line in lines[1:])])
        is_loose = any("" in lines for lines in items)
        return _joined(items) if is_loose else [line for lines in items for line in lines]

    def _table(self, element: Element) -> list[str]:
        rows = [
            [" ".join(self._inlines(cell).split()) for cell in row if cell.tag in ("td", "th")]
            for row in element.iter("tr")
        ]
        captions = [" ".join(self._inlines(caption).split()) for caption in element.iter("caption")]
        plain = [" | ".join(row) for row in rows]
        if not rows or max(map(len, plain)) <= WIDEST_ROW:
            rule = ["-" * len(plain[0])] if len(plain) > 1 else []
            return [*captions, *plain[:1], *rule, *plain[1:]]
        head, *others = rows
        return _joined([captions, *(list(_named(head, row)) for row in others or [head])])

    def _definitions(self, element: Element) -> list[str]:
        lines: list[str] = []
        for part in element:
            if part.tag == "dt":
                lines += [""] * bool(lines and lines[-1].startswith(" ")) + _lines(self._inlines(part))
            else:
                lines += [f"    {line}".rstrip() for line in self.blocks(part)]
        return lines

    def _inlines(self, element: Element) -> str:
        """The text of an element without blocks of its own."""
        parts = [element.text or "", *(self._inline(child) + (child.tail or "") for child in element)]
        return "".join(parts)

    def _inline(self, element: Element) -> str:
        if not isinstance(element.tag, str):
            return ""
        text = self._inlines(element)
        match element.tag:
            case "br":
                text = BREAK
            case "img":
                text = f"[Picture: {alt}]" if (alt := element.get("alt", "")) else ""
            case "a":
                text = self._link(element.get("href", ""), text)
            case "sup" if text:
                text = f" {text}" if NOTE.fullmatch(text) else f"^{text}"
            case "sub" if text:
                text = f"_{text}"
        return text

    def _link(self, url: str, text: str) -> str:
        bare = url.removeprefix("mailto:").removeprefix("tel:")
        if not url or text.strip() in {url, bare}:
            return text
        number = self.links.setdefault(url, self.first + len(self.links))
        return f"{text} [{number}]"


def _is_regular(element: Element) -> bool:
    """Whether a list holds nothing but its items: tags that authors left open may stand between."""
    parts = PARTS.get(element.tag)
    loose = [element.text, *(child.tail for child in element)]
    return not parts or (
        all(child.tag in parts for child in element) and not "".join(filter(None, loose)).strip()
    )


def _named(head: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """A row of a wide table: each cell on a line of its own, by the name of its column."""
    for position, cell in enumerate(row):
        name = head[position] if position < len(head) and head is not row else ""
        yield f"{name}: {cell}" if name else cell


def _lines(text: str) -> list[str]:
    """Running text as lines: one, and one more for each break that the author made."""
    lines = [" ".join(line.split()) for line in text.split(BREAK)]
    return [line for line in lines if line]


def _joined(paragraphs: Sequence[Sequence[str]]) -> list[str]:
    """Paragraphs with an empty line between each two."""
    lines: list[str] = []
    for paragraph in paragraphs:
        if paragraph:
            lines += [*([""] if lines else []), *paragraph]
    return lines
