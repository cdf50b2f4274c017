"""Images in the text: sizes known before they load, the first at once and the others when they come near."""

from urllib.parse import unquote

from articles.render.rendered import Image
from articles.render.tree import Element, Tree, add, parent_of, put, remove, take
from carrel.images.image import WebImage

SIZES = "(min-width: 48rem) 44rem, 100vw"  # how wide the column of text shows an image


def place(tree: Tree) -> list[Image]:
    """Resolve every image, report those without alt text, and make figures of images that stand alone."""
    return [_place_one(tree, element, first=count == 0) for count, element in enumerate(tree.found["img"])]


def _place_one(tree: Tree, element: Element, *, first: bool) -> Image:
    path, alt = unquote(element.get("src", "")), element.get("alt", "")
    caption, line = take(element, "title"), tree.line(element)
    if not alt.strip():
        mend = "Say what it shows for those who cannot see it: `![what it shows](file.png)`."
        tree.report(line, "alt-missing", f"The image {path} has no alt text.", mend)
    picture = _resolve(tree, element, path, line)
    if element.get("src"):
        put(element, loading="eager" if first else "lazy", decoding="async")
        _frame(element, caption)
    else:
        remove(element, instead=alt)
    return Image(path, alt, caption, line, picture)


def _resolve(tree: Tree, element: Element, path: str, line: int) -> WebImage | None:
    if not path or ":" in path or path.startswith(("/", "\\")):
        take(element, "src")
        mend = "Put the file beside the article and write its name: `![…](file.png)`."
        tree.report(
            line, "image-outside", f"The image {path or '(no address)'} is not beside the article.", mend
        )
        return None
    if tree.context.resolve_image is None:
        return None
    picture = tree.context.resolve_image(path)
    if picture is None:
        del element.attrib["src"]
        return None
    put(element, src=picture.url, width=str(picture.width), height=str(picture.height))
    if picture.srcset:
        put(element, srcset=picture.srcset, sizes=SIZES)
    return picture


def _frame(element: Element, caption: str) -> None:
    parent = parent_of(element)
    neighbours = element.getprevious() is not None or element.getnext() is not None
    if parent.tag != "p" or neighbours or (parent.text or "").strip() or (element.tail or "").strip():
        return
    parent.tag, parent.text, element.tail = "figure", None, None
    if caption:
        add(parent, "figcaption").text = caption
