"""Footnotes of other programs: a raised link to an item at the end, with a link back."""

import re

from lxml import html

from articles.importing.html_draft import Draft, Element

_BACK = re.compile(r"[↩↑⤴^⏎\ufe0e\ufe0f\s]*")
_NUMBER = re.compile(r"\[?\d{1,3}\]?")


def collect(root: Element, draft: Draft, apart: dict[str, str]) -> list[tuple[str, Element]]:
    """Turn references into `[^1]`. Returns the beginning of each note and what is in it."""
    items = {str(each.get("id")): each for each in root.iter("li", "p", "div") if each.get("id")}
    for key, text in apart.items():
        items.setdefault(key, html.fragment_fromstring(text, create_parent="div"))
    numbers: dict[str, int] = {}
    for link in list(root.iter("a")):
        target = (link.get("href") or "").removeprefix("#")
        if target not in items or not _is_reference(link):
            continue
        number = numbers.setdefault(target, len(numbers) + 1)
        _replace(link, draft.keep(f"[^{number}]"))
    return [(f"{draft.keep(f'[^{number}]:')} ", _taken(items[key])) for key, number in numbers.items()]


def _is_reference(link: Element) -> bool:
    parent = link.getparent()
    raised = link.find("sup") is not None or (parent is not None and parent.tag == "sup")
    return raised and bool(_NUMBER.fullmatch(link.text_content().strip()))


def _replace(link: Element, word: str) -> None:
    parent = link.getparent()
    alone = parent is not None and parent.tag == "sup" and parent.text_content() == link.text_content()
    element = parent if alone and parent is not None else link
    element.addprevious(span := element.makeelement("span"))
    span.text = word
    element.drop_tree()
    span.drop_tag()


def _taken(item: Element) -> Element:
    """The note without its links back, out of the text; an empty list goes with its last item."""
    for link in list(item.iter("a")):
        if link.get("href", "").startswith("#") and _BACK.fullmatch(link.text_content()):
            link.drop_tree()
    body = html.Element("div")
    body.text = item.text
    body.extend(list(item))
    parent = item.getparent()
    if parent is None:
        return body
    item.drop_tree()
    while (
        parent is not None and parent.tag in {"ol", "ul", "section", "div"} and parent.getparent() is not None
    ):
        above = parent.getparent()
        if len(parent.findall("*")) > len(parent.findall("hr")) or parent.text_content().strip():
            break
        parent.drop_tree()
        parent = above
    return body
