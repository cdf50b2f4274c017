"""Rules that make plain HTML of what other programs wrote: one for each kind of element."""

import re

from lxml import etree, html

from articles.importing import tables
from articles.importing.html_draft import Draft, Element

_SILENT = ("script", "style", "noscript", "template", "link", "meta")
_GONE = {"form": "a form", "select": "a form", "textarea": "a form", "canvas": "a drawing made by a script",
         "svg": "a drawing (SVG)", "math": "a formula (MathML)", "script": "a script"}  # fmt: skip
_INPUTS = ("input", "button")
_LANGUAGE = re.compile(r"(?:brush:\s*|lang(?:uage)?-)([\w+#.-]+)")


def remove(element: Element) -> None:
    """Take an element out and leave the text behind it."""
    element.drop_tree()


_RENAMED = {"strike": "del", "acronym": "abbr", "center": "div", "big": "span"}


def rename_old(root: Element, _draft: Draft) -> None:
    """Elements that HTML has no more; and captions as WordPress made them of lists."""
    for element in list(root.iter(*_RENAMED)):
        element.tag = _RENAMED[str(element.tag)]
    for element in list(root.iter("dl")):
        if "wp-caption" in element.get("class", "") or element.get("id", "").startswith("attachment_"):
            element.tag = "figure"
            for part in list(element.iter("dt", "dd")):
                part.tag = "div" if part.tag == "dt" else "figcaption"


def drop_programs(root: Element, draft: Draft) -> None:
    for comment in root.xpath("//comment()"):
        if "members-only" in (comment.text or ""):
            draft.note("The line that marked the members-only part was left out.")
        remove(comment)
    for element in list(root.iter(*_GONE, *_SILENT)):
        if element.getparent() is None:
            continue
        if (name := _GONE.get(str(element.tag))) and not (
            element.tag == "script" and element.get("src") is None and not (element.text or "").strip()
        ):
            draft.note(f"It had {name}, which articles cannot have.")
        remove(element)
    for element in list(root.iter(*_INPUTS)):
        if element.get("type") == "checkbox":
            element.tail = ("[x] " if "checked" in element.attrib else "[ ] ") + (element.tail or "")
        remove(element)


def resolve_links(root: Element, draft: Draft) -> None:
    for link in list(root.iter("a")):
        href = (link.get("href") or "").strip()
        if not href:
            link.attrib.pop("href", None)
            continue
        address = href if href.startswith("#") else draft.resolver.link(href)
        if address is None or not (link.text_content().strip() or link.find(".//img") is not None):
            _unwrap_link(link)
        else:
            link.set("href", address)


def _unwrap_link(link: Element) -> None:
    if anchor := link.get("id") or link.get("name"):
        link.attrib.clear()
        link.set("id", anchor)
    else:
        link.drop_tag()


def resolve_pictures(root: Element, draft: Draft) -> None:
    for picture in list(root.iter("picture")):
        picture.drop_tag()
    for source in list(root.iter("source")):
        remove(source)
    for image in list(root.iter("img")):
        src = next(
            (
                image.get(name)
                for name in ("data-orig-file", "data-src", "data-lazy-src", "src")
                if image.get(name)
            ),
            "",
        )
        alt = " ".join((image.get("alt") or "").split())
        image.attrib.clear()
        if path := draft.resolver.picture(src.strip()) if src else None:
            image.attrib.update({"src": path, "alt": alt})
            _unlink_copy(image)
        else:
            _say_in_words(image, src, alt)


def _unlink_copy(image: Element) -> None:
    """A picture that links to its own larger file need not: the page shows the largest."""
    link = image.getparent()
    if link is None or link.tag != "a" or link.text_content().strip():
        return
    if re.search(r"\.(?:jpe?g|png|gif|webp|avif)(?:\?|$)", link.get("href", ""), re.IGNORECASE):
        link.drop_tag()


def _say_in_words(image: Element, src: str, alt: str) -> None:
    """A link to a picture that cannot be brought along, so that nothing is lost; else its words."""
    inside_link = any(parent.tag == "a" for parent in image.iterancestors())
    words = alt or "Picture"
    if src.startswith(("http://", "https://")) and not inside_link:
        image.tag, image.text = "a", words
        image.attrib.clear()
        image.set("href", src)
    else:
        image.tag, image.text = "span", alt or ("Picture" if inside_link else "")
        image.attrib.clear()


def unwrap_figures(root: Element, _draft: Draft) -> None:
    for figure in reversed(list(root.iter("figure"))):
        caption = figure.find(".//figcaption")
        words = " ".join(caption.text_content().split()) if caption is not None else ""
        images = list(figure.iter("img"))
        if caption is not None and len(images) == 1 and images[0].getparent() is not None:
            if len(caption) == 0 and words:
                images[0].set("title", words)
                remove(caption)
            else:
                caption.tag = "p"
        elif caption is not None:
            caption.tag = "p"
        for image in images:
            _alone(image)
        figure.tag = "div"


def _alone(image: Element) -> None:
    """A picture of a figure, with the link around it, is a paragraph of its own."""
    inner = image
    while (parent := inner.getparent()) is not None and parent.tag == "a":
        inner = parent
    paragraph = inner.makeelement("p")
    inner.addprevious(paragraph)
    tail, inner.tail = inner.tail, None
    paragraph.append(inner)
    paragraph.tail = tail


def plain_code(root: Element, _draft: Draft) -> None:
    for pre in list(root.iter("pre")):
        for line_break in list(pre.iter("br")):
            line_break.tail = "\n" + (line_break.tail or "")
            remove(line_break)
        code = pre.find("code")
        classes = f"{pre.get('class', '')} {code.get('class', '') if code is not None else ''}"
        language = _LANGUAGE.search(classes)
        text = pre.text_content()
        for child in list(pre):
            pre.remove(child)
        pre.attrib.clear()
        pre.text = None
        inner = etree.SubElement(pre, "code")
        inner.text = text.rstrip("\n") + "\n"
        if language and language[1].lower() not in {"none", "plain", "text", "plaintext"}:
            inner.set("class", f"language-{language[1].lower()}")


def level_headings(root: Element, _draft: Draft) -> None:
    """The title of a page is its only first-level heading."""
    levels = [f"h{level}" for level in range(1, 7)]
    headings = list(root.iter(*levels))
    lower = any(heading.tag == "h1" for heading in headings)
    for heading in headings:
        if not heading.text_content().strip() and heading.find(".//img") is None:
            remove(heading)
        elif lower:
            heading.tag = f"h{min(6, int(heading.tag[1]) + 1)}"
        for emphasis in list(heading.iter("strong", "b")):
            emphasis.drop_tag()


def part_lists(root: Element, draft: Draft) -> None:
    """Two quotes or lists in a row would become one: a comment stands between them."""
    for element in list(root.iter("blockquote", "ul", "ol")):
        following = element.getnext()
        if following is not None and following.tag == element.tag and not (element.tail or "").strip():
            between = element.makeelement("p")
            between.text = draft.keep("<!-- -->")
            element.addnext(between)


def keep_anchors(root: Element, draft: Draft) -> None:
    """Places that a link of the same text leads to."""
    wanted = {link.get("href", "")[1:] for link in root.iter("a") if link.get("href", "").startswith("#")}
    for element in list(root.iter(etree.Element)):
        anchor = element.get("id") or (element.get("name") if element.tag == "a" else None)
        if anchor and anchor in wanted and re.fullmatch(r"[\w.:-]+", anchor):
            place = draft.keep(f'<a id="{anchor}"></a>')
            element.text = place + (element.text or "")
        if element.tag == "a" and not element.get("href"):
            element.drop_tag()


def keep_definitions(root: Element, draft: Draft) -> None:
    for element in [each for each in root.iter("dl") if each.getparent() is not None]:
        if not element.text_content().strip() and element.find(".//img") is None:
            remove(element)
            continue
        tables.keep_as_html(element, draft)


def keep_details(root: Element, draft: Draft) -> None:
    for details in list(root.iter("details")):
        summary = details.find("summary")
        words = summary.text_content().strip() if summary is not None else ""
        if summary is not None:
            remove(summary)
        first, last = details.makeelement("p"), details.makeelement("p")
        escaped = (
            html.tostring(_span(words), encoding="unicode").removeprefix("<span>").removesuffix("</span>")
        )
        first.text = draft.keep(f"<details>\n<summary>{escaped or 'More'}</summary>")
        last.text = draft.keep("</details>")
        details.insert(0, first)
        first.tail, details.text = details.text, None
        details.append(last)
        details.tag = "div"


def _span(words: str) -> Element:
    span = html.Element("span")
    span.text = words
    return span
