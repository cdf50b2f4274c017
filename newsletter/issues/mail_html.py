"""An article's HTML for mail programs: elements that all of them keep, and tables that fit a phone (docs/mails.md)."""

from collections.abc import Iterable, Sequence

from lxml import etree

from articles.render.tree import Element, new_element, parent_of, sub_element

PHONE, COLUMN = (
    36,
    66,
)  # characters of a table's 15 px that stand side by side on 320 px, and in our column of 536
LONGEST_UNBROKEN = 16  # longer words may be cut in two
# Outlook for Windows and Yahoo drop the tags on the left: https://www.caniemail.com/features/html-semantics/
PLAIN = {"figure": ("div", "figure"), "figcaption": ("div", "caption"), "mark": ("span", "mark")}
_PARSER = etree.HTMLParser(no_network=True, collect_ids=False)


def with_mail_elements(html: str) -> str:
    """The HTML of `for_feed`, as mails show it."""
    body = etree.fromstring(f"<html><body>{html}</body></html>", _PARSER)[0]
    for element in body.iter(*PLAIN):
        element.tag, name = PLAIN[element.tag]
        element.set("class", name)
    for table in list(body.iter("table")):
        _fit(table)
    blocks = (etree.tostring(element, encoding="unicode", method="html") for element in body)
    return "".join([body.text or "", *blocks])


def _fit(table: Element) -> None:
    """Leave what fits a phone; let its cells stack there if it fits the column; else write each row as lines."""
    rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]
    narrowest = _narrowest(rows)
    if sum(narrowest) <= PHONE or len(rows) < 2:
        return
    names = [_text(cell) for cell in rows[0]]
    if sum(narrowest) <= COLUMN:
        _make_stackable(table, rows, names)
        _share_width(rows, narrowest)
    else:
        _write_as_lines(table, rows, names)


def _narrowest(rows: Sequence[Sequence[Element]]) -> list[int]:
    """How many characters wide each column is when it is as narrow as its longest word."""
    return [
        min(max(map(len, " ".join(texts).replace("-", "- ").split()), default=0), LONGEST_UNBROKEN) + 2
        for texts in _columns(rows)
    ]


def _columns(rows: Sequence[Sequence[Element]]) -> list[list[str]]:
    count = max(map(len, rows), default=0)
    return [[_text(row[position]) for row in rows if position < len(row)] for position in range(count)]


def _make_stackable(table: Element, rows: Sequence[Sequence[Element]], names: Sequence[str]) -> None:
    table.set("class", "wide")
    parent_of(rows[0][0]).set("class", "names")
    for row in rows[1:]:
        for cell, name in zip(row, names, strict=False):
            label = new_element("span", cls="column")
            label.text, label.tail, cell.text = f"{name}: ", cell.text, None
            cell.insert(0, label)


def _share_width(rows: Sequence[Sequence[Element]], narrowest: Sequence[int]) -> None:
    """Give each column room for its longest word, and what is left to those with more to say.

    Programs without rules for widths (Outlook for Windows, Thunderbird) would cut the short words in two.
    """
    longest = [max(map(len, texts), default=0) for texts in _columns(rows)]
    spare = max(COLUMN - sum(narrowest), 0) / max(sum(longest), 1)
    widths = [least + most * spare for least, most in zip(narrowest, longest, strict=True)]
    for cell, width in zip(rows[0], widths, strict=False):
        cell.set("width", f"{100 * width / sum(widths):.0f}%")


def _write_as_lines(table: Element, rows: Sequence[Sequence[Element]], names: Sequence[str]) -> None:
    lines = new_element("div")
    lines.tail = table.tail
    for row in rows[1:]:
        block = sub_element(lines, "div", cls="row")
        for cell, name in zip(row, _padded(names, len(row)), strict=False):
            line = sub_element(block, "div")
            label = sub_element(line, "strong")
            label.text, label.tail = f"{name}: " if name else "", cell.text
            line.extend(list(cell))
    parent_of(table).replace(table, lines)


def _padded(names: Sequence[str], length: int) -> Iterable[str]:
    return [*names, *[""] * (length - len(names))]


def _text(cell: Element) -> str:
    return " ".join("".join(map(str, cell.itertext())).split())
