"""Tables of HTML: simple ones become Markdown, others stay HTML, as they are."""

from lxml import etree, html

from articles.importing.html_draft import Draft, Element

_BLOCKS = ("ul", "ol", "pre", "blockquote", "table", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "details")
_ALLOWED = {"href", "src", "alt", "colspan", "rowspan", "start", "lang", "dir", "id", "title", "datetime"}
_UNWRAPPED = ("div", "section", "span", "center", "font")


def keep_difficult(root: Element, draft: Draft) -> None:
    """Keep as HTML what rows of one line cannot hold: joined cells, lists and code in cells, captions."""
    for table in [each for each in root.iter("table") if each.getparent() is not None]:
        if any(parent.tag == "table" for parent in table.iterancestors()):
            continue
        _tidy_cells(table)
        if _is_difficult(table):
            keep_as_html(table, draft)


def _tidy_cells(table: Element) -> None:
    for cell in table.iter("td", "th"):
        paragraphs = cell.findall("p")
        for paragraph in paragraphs[:-1]:
            paragraph.append(etree.Element("br"))
        for paragraph in paragraphs:
            paragraph.drop_tag()


def _is_difficult(table: Element) -> bool:
    joined = any(
        cell.get(name, "1") not in {"1", ""}
        for cell in table.iter("td", "th")
        for name in ("colspan", "rowspan")
    )
    rows = [len(row.findall("td")) + len(row.findall("th")) for row in table.iter("tr")]
    return (
        joined or len(set(rows)) > 1 or any(True for _ in table.iter(*_BLOCKS, "caption") if _ is not table)
    )


def keep_as_html(element: Element, draft: Draft) -> None:
    """Put a word in place of an element; its HTML, without looks, comes back at the end."""
    for inner in list(element.iter(etree.Element)):
        for name in set(inner.attrib) - _ALLOWED:
            del inner.attrib[name]
        if inner.tag in _UNWRAPPED:
            inner.drop_tag()
    paragraph = element.makeelement("p")
    paragraph.tail, element.tail = element.tail, None
    source = html.tostring(element, encoding="unicode", method="html")
    lines = [line.strip() if "<pre" not in source else line for line in source.split("\n")]
    paragraph.text = draft.keep("\n".join(line for line in lines if line.strip()))
    parent = element.getparent()
    parent.replace(element, paragraph)
