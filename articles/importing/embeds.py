"""Cards and embedded pages of other programs: what a reader can read or follow stays, as text and links."""

import re
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from articles.importing.html_draft import Draft, Element

_PLAYERS = ("iframe", "embed", "object", "video", "audio", "amp-youtube")
_MAILS_ONLY = ("kg-signup-card", "kg-cta-card", "kg-email-card", "subscribe-form")
_KINDS = {"iframe": "an embedded page", "video": "a video", "audio": "a sound"}


def _of_class(root: Element, name: str) -> list[Element]:
    return [
        each
        for each in root.iter(etree.Element)
        if name in each.get("class", "").split() and each.getparent() is not None
    ]


def convert_cards(root: Element, draft: Draft) -> None:
    """Ghost's cards: bookmark, callout, toggle, button, file, product."""
    for card in _of_class(root, "kg-bookmark-card"):
        _bookmark(card)
    for card in _of_class(root, "kg-callout-card"):
        _callout(card, draft)
    for card in _of_class(root, "kg-toggle-card"):
        _toggle(card)
    for card in _of_class(root, "kg-file-card"):
        _file(card, draft)
    for name in _MAILS_ONLY:
        for card in _of_class(root, name):
            draft.note("It had a sign-up card, which was left out.")
            card.drop_tree()
    for card in _of_class(root, "kg-button-card"):
        card.tag = "p"


def _words(card: Element, name: str) -> str:
    parts = _of_class(card, name)
    return " ".join(parts[0].text_content().split()) if parts else ""


def _become(card: Element, *children: Element) -> None:
    tail = card.tail
    card.clear()
    card.tail, card.tag = tail, "div"
    card.extend(children)


def _link(card: Element, address: str, words: str) -> Element:
    paragraph = card.makeelement("p")
    link = etree.SubElement(paragraph, "a", href=address)
    link.text = words or address
    return paragraph


def _bookmark(card: Element) -> None:
    container = next(iter(_of_class(card, "kg-bookmark-container")), None)
    address = container.get("href", "") if container is not None else ""
    title, about = _words(card, "kg-bookmark-title"), _words(card, "kg-bookmark-description")
    caption = card.find(".//figcaption")
    words = " ".join(caption.text_content().split()) if caption is not None else ""
    paragraph = _link(card, address, title)
    paragraph[0].tail = f": {about}" if about else None
    more = []
    if words:
        more.append(card.makeelement("p"))
        more[0].text = words
    _become(card, paragraph, *more)


def _callout(card: Element, draft: Draft) -> None:
    texts = _of_class(card, "kg-callout-text")
    quote, first = card.makeelement("blockquote"), card.makeelement("p")
    first.text = draft.keep("[!NOTE]")
    quote.append(first)
    for text in texts:
        text.tag, text.tail = "p", None
        text.attrib.clear()
        quote.append(text)
    _become(card, quote)


def _toggle(card: Element) -> None:
    heading, contents = _words(card, "kg-toggle-heading-text"), _of_class(card, "kg-toggle-content")
    details = card.makeelement("details")
    etree.SubElement(details, "summary").text = heading
    for content in contents:
        content.tail = None
        details.append(content)
    _become(card, details)


def _file(card: Element, draft: Draft) -> None:
    link = next(iter(card.iter("a")), None)
    address = link.get("href", "") if link is not None else ""
    words = _words(card, "kg-file-card-title") or _words(card, "kg-file-card-filename")
    about = _words(card, "kg-file-card-caption")
    paragraph = _link(card, address, words)
    paragraph[0].tail = f": {about}" if about else None
    draft.note(f"The file {address} was not copied; the article links to it.")
    _become(card, paragraph)


def convert_embeds(root: Element, draft: Draft) -> None:
    """Videos, sounds and embedded pages become links: nothing of another site is loaded in a page of ours."""
    for element in [each for each in root.iter(*_PLAYERS) if each.getparent() is not None]:
        inner = next((each.get("src") for each in element.iter("source") if each.get("src")), "")
        address = element.get("src") or element.get("data-src") or element.get("data") or inner or ""
        if address.startswith("//"):
            address = f"https:{address}"
        address = watch_page(address)
        kind = _KINDS.get(str(element.tag), "an embedded page")
        if not address.startswith(("http://", "https://", "/", "__GHOST_URL__")):
            draft.note(f"It had {kind} without an address.")
            element.drop_tree()
            continue
        draft.note(f"It had {kind}, {address}: the article links to it.")
        title = " ".join((element.get("title") or "").split())
        tail = element.tail
        element.clear()
        element.tail, element.tag = tail, "a"
        element.set("href", address)
        element.text = title or page_name(address)


def watch_page(address: str) -> str:
    """The page on which a video can be watched, of the address of its player."""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if host in {"youtube.com", "youtube-nocookie.com"} and parts.path.startswith(("/embed/", "/v/")):
        start = parse_qs(parts.query).get("start")
        return f"https://www.youtube.com/watch?v={last}" + (f"&t={start[0]}" if start else "")
    if host == "player.vimeo.com":
        return f"https://vimeo.com/{last}"
    return address


def page_name(address: str) -> str:
    """Words for a link to an embedded page that has no title."""
    host = (urlsplit(address).hostname or "").removeprefix("www.")
    names = {"youtube.com": "Video on YouTube", "vimeo.com": "Video on Vimeo", "youtu.be": "Video on YouTube"}
    return names.get(host) or re.sub(r"[?#].*", "", address.rpartition("/")[2]) or host or address
