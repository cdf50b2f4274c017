"""Reads WXR, the XML of WordPress's exports, item after item."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from articles.importing.export import Export, ImportRefusedError

_WP = re.compile(r"\{http://wordpress\.org/export/[\d.]+/\}")
_NAMES = {
    "{http://purl.org/rss/1.0/modules/content/}encoded": "content",
    "{http://purl.org/dc/elements/1.1/}creator": "creator",
}
_EXCERPT = re.compile(r"\{http://wordpress\.org/export/[\d.]+/excerpt/\}encoded")


@dataclass
class WxrItem:
    """One item of the file: texts by name, tags and categories by slug, and its own fields."""

    texts: dict[str, str] = field(default_factory=dict)
    terms: list[tuple[str, str, str]] = field(default_factory=list)  # domain, slug, name
    meta: dict[str, str] = field(default_factory=dict)
    comments: int = 0

    def get(self, name: str) -> str:
        """A text, or ""."""
        return self.texts.get(name, "")


def read_items(data: bytes, export: Export, authors: dict[str, str]) -> Iterator[WxrItem]:
    """Read item after item; entities are not followed, nothing is loaded, and damage ends nothing."""
    parser = etree.iterparse(
        BytesIO(data),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        recover=True,
    )
    try:
        for _, element in parser:
            if not isinstance(element.tag, str):
                continue
            name = _plain(element.tag)
            parent = element.getparent()
            above = _plain(parent.tag) if parent is not None and isinstance(parent.tag, str) else ""
            if name == "item":
                yield _item(element)
                element.clear()
            elif above == "channel":
                _read_channel(name, element, export, authors)
    except etree.XMLSyntaxError as error:
        raise ImportRefusedError(f"The file cannot be read as XML: {error.msg}.") from None


def _plain(tag: str) -> str:
    return _NAMES.get(tag) or ("excerpt" if _EXCERPT.fullmatch(tag) else _WP.sub("", tag))


def _read_channel(name: str, element: Any, export: Export, authors: dict[str, str]) -> None:
    text = (element.text or "").strip()
    if name in {"link", "base_blog_url", "base_site_url"} and (host := urlsplit(text).hostname):
        export.hosts.add(host.removeprefix("www."))
        if name == "base_blog_url" or not export.base_url:
            export.base_url = text.rstrip("/")
    elif name == "title":
        export.title = unescape(text)
    elif name == "description":
        export.description = unescape(text)
    elif name == "author":
        values = {_plain(child.tag): (child.text or "").strip() for child in element}
        authors[values.get("author_login", "")] = unescape(values.get("author_display_name", ""))
    elif name in {"category", "tag"}:
        values = {_plain(child.tag): (child.text or "").strip() for child in element}
        kind = "category" if name == "category" else "tag"
        slug = values.get("category_nicename") or values.get("tag_slug", "")
        export.topic_names[f"/{kind}/{unquote(slug)}/"] = unescape(
            values.get("cat_name") or values.get("tag_name", "")
        )


def _item(element: Any) -> WxrItem:
    item = WxrItem()
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, text = _plain(child.tag), child.text or ""
        if name == "category":
            item.terms.append((child.get("domain", ""), child.get("nicename", ""), unescape(text.strip())))
        elif name == "comment":
            item.comments += 1
        elif name == "postmeta":
            values = {_plain(part.tag): part.text or "" for part in child}
            item.meta[values.get("meta_key", "")] = values.get("meta_value", "")
        else:
            item.texts[name] = text if name == "content" else text.strip()
    return item
