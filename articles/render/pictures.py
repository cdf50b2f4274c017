"""Images in the text: with known sizes, and lazily loaded but for the first."""

from urllib.parse import unquote

from articles.render.rendered import Image
from articles.render.tree import Element, Tree, parent_of, pop_attribute, remove, set_attributes, sub_element
from carrel.images.image import WebImage

SIZES = "(min-width: 48rem) 44rem, 100vw"  # the width of the text column


def resolve_images(tree: Tree) -> list[Image]:
    """Resolve every image, report those without alt text, and turn images that stand alone into figures."""
    return [
        _resolve_image(tree, element, first=index == 0) for index, element in enumerate(tree.elements["img"])
    ]


def _resolve_image(tree: Tree, element: Element, *, first: bool) -> Image:
    path, alt = unquote(element.get("src", "")), element.get("alt", "")
    caption, line = pop_attribute(element, "title"), tree.line(element)
    if not alt.strip():
        hint = "Say what it shows for those who cannot see it: `![what it shows](file.png)`."
        tree.report(line, "alt-missing", f"The image {path} has no alt text.", hint, "warning")
    picture = _picture_of(tree, element, path, line)
    if element.get("src"):
        set_attributes(element, loading="eager" if first else "lazy", decoding="async")
        _make_figure(element, caption)
    else:
        remove(element, instead=alt)
    return Image(path, alt, caption, line, picture)


def _picture_of(tree: Tree, element: Element, path: str, line: int) -> WebImage | None:
    if not path or ":" in path or path.startswith(("/", "\\")):
        pop_attribute(element, "src")
        hint = "Put the file beside the article and write its name: `![…](file.png)`."
        tree.report(
            line, "image-outside", f"The image {path or '(no address)'} is not beside the article.", hint
        )
        return None
    if tree.context.resolve_image is None:
        return None
    picture = tree.context.resolve_image(path)
    if picture is None:
        del element.attrib["src"]
        return None
    set_attributes(element, src=picture.url, width=str(picture.width), height=str(picture.height))
    if picture.srcset:
        set_attributes(element, srcset=picture.srcset, sizes=SIZES)
    return picture


def _make_figure(element: Element, caption: str) -> None:
    parent = parent_of(element)
    has_siblings = element.getprevious() is not None or element.getnext() is not None
    if parent.tag != "p" or has_siblings or (parent.text or "").strip() or (element.tail or "").strip():
        return
    parent.tag, parent.text, element.tail = "figure", None, None
    if caption:
        sub_element(parent, "figcaption").text = caption
