"""Images in the text: with known sizes, and lazily loaded but for the first."""

import re
from urllib.parse import unquote, urlsplit

from articles.render.attributes import WIDTH
from articles.render.rendered import Image
from articles.render.tree import (
    POSITION,
    Element,
    Tree,
    parent_of,
    pop_attribute,
    remove,
    set_attributes,
    sub_element,
)
from articles.web_address import is_dead
from carrel.images.image import WebImage

SIZES = "(min-width: 48rem) 44rem, 100vw"  # the width of the text column

_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


def resolve_images(tree: Tree) -> list[Image]:
    """Resolve every image, report those without alt text, and turn images that stand alone into figures."""
    return [
        _resolve_image(tree, element, first=index == 0) for index, element in enumerate(tree.elements["img"])
    ]


def _resolve_image(tree: Tree, element: Element, *, first: bool) -> Image:
    path, alt = unquote(element.get("src", "")), element.get("alt", "")
    caption, line = pop_attribute(element, "title"), tree.line(element)
    if not alt.strip():
        hint = "Describe it for people who cannot see it: `![what it shows](file.png)`."
        tree.report(line, "alt-missing", f"The image {path} has no alt text.", hint, "warning")
    if _REMOTE.match(path):
        _leave_link(tree, element, element.get("src", ""), alt.strip() or caption.strip())
        return Image(path, alt, caption, line, None)
    picture = _picture_of(tree, element, path, line)
    if element.get("src"):
        set_attributes(element, loading="eager" if first else "lazy", decoding="async")
        _make_figure(element, caption)
    else:
        remove(element, instead=alt)
    return Image(path, alt, caption, line, picture)


def _leave_link(tree: Tree, element: Element, path: str, words: str) -> None:
    """Put a link in place of a picture of another site: showing it would tell that site who reads here (ADR 16)."""
    message = f"The picture {path} is on another site, so it is replaced by a link."
    hint = "Fetch it into the article's folder with `carrel check --fetch`, if you may use it."
    tree.report(tree.line(element), "image-remote", message, hint, "warning")
    address = f"https:{path}" if path.startswith("//") else path
    words = words or f"Picture on {urlsplit(address).netloc}"
    is_linked = next(element.iterancestors("a"), None) is not None
    if is_linked or is_dead(address):
        remove(element, instead=words)
        return
    for name in list(element.attrib):
        if name != POSITION:
            del element.attrib[name]
    element.tag, element.text = "a", words
    set_attributes(element, href=address, rel="noopener")


def _picture_of(tree: Tree, element: Element, path: str, line: int) -> WebImage | None:
    wanted = int(pop_attribute(element, WIDTH) or 0)
    hint = "Put the file beside the article and write its name: `![…](file.png)`."
    if not path:
        tree.report(line, "image-empty", "An image has no address; its text is kept.", hint, "warning")
        pop_attribute(element, "src")
        return None
    if ":" in path or path.startswith(("/", "\\")):
        pop_attribute(element, "src")
        tree.report(line, "image-outside", f"The image {path} is not beside the article.", hint)
        return None
    if tree.context.resolve_image is None:
        return None
    picture = tree.context.resolve_image(path)
    if picture is None:
        del element.attrib["src"]
        return None
    width, height, sizes = picture.width, picture.height, SIZES
    if 0 < wanted < width:
        width, height, sizes = wanted, max(1, round(height * wanted / width)), f"{wanted}px"
    set_attributes(element, src=picture.url, width=str(width), height=str(height))
    if picture.srcset:
        set_attributes(element, srcset=picture.srcset, sizes=sizes)
    return picture


def _make_figure(element: Element, caption: str) -> None:
    parent = parent_of(element)
    has_siblings = element.getprevious() is not None or element.getnext() is not None
    if parent.tag != "p" or has_siblings or (parent.text or "").strip() or (element.tail or "").strip():
        return
    parent.tag, parent.text, element.tail = "figure", None, None
    if caption:
        sub_element(parent, "figcaption").text = caption
