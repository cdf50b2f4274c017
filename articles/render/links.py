"""Links to articles by file name, to other sites, and links that are not allowed (ASVS 1.2.2)."""

import re
import unicodedata
from html import escape
from urllib.parse import unquote

from articles.render.clean import CLEANER
from articles.render.rendered import Link
from articles.render.tree import Element, Tree, is_blank, pop_attribute, set_attributes
from articles.web_address import is_dead, with_ascii_host

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# The parser empties links with these, so they are searched in the source.
_UNSAFE_SCHEME = re.compile(r"(?i)(javascript|vbscript|data|file)\s*(:|&colon;|&#)")
_HARMFUL = ("javascript", "vbscript", "data", "file")
_SCHEME_HINT = "Use https://, http:// or mailto:."


def resolve_links(tree: Tree) -> list[Link]:
    """Resolve every link, report broken ones, and return the links to other articles."""
    articles = []
    for element in tree.elements["a"]:
        if "href" not in element.attrib and "id" in element.attrib:  # a place, not a link
            continue
        if not (element.text or "").strip() and is_blank(element):
            hint = "Write what it leads to: `[words](…)`."
            tree.report(tree.line(element), "link-empty", "A link has no text.", hint, "warning")
            element.text = element.get("href", "")  # else nobody could see it
        link = _resolve_link(tree, element, element.get("href", ""))
        if link is not None:
            articles.append(link)
    return articles


def _resolve_link(tree: Tree, element: Element, href: str) -> Link | None:
    scheme = _SCHEME.match(href)
    path, _, anchor = href.partition("#")
    if scheme and scheme[1].lower() in ("http", "https"):
        _check_web_address(tree, element, href)
    elif not href:
        _report_empty(tree, element)
    elif (scheme and scheme[1].lower() == "mailto") or href[0] == "#":
        pass  # `check_anchors` checks links inside this article
    elif href.startswith("//"):
        element.set("href", f"https:{href}")
        _check_web_address(tree, element, f"https:{href}")
    elif is_internal(href):
        return _site_link(tree, element, href)
    elif not scheme and href[0] not in "/\\":
        return _relative_link(tree, element, href, unquote(path), unquote(anchor))
    else:
        _reject_scheme(tree, element, href)
    return None


def _check_web_address(tree: Tree, element: Element, href: str) -> None:
    address = with_ascii_host(href) if not is_dead(href) else ""
    if address and "href" in CLEANER.clean(f'<a href="{escape(address)}">x</a>'):  # which has the last word
        set_attributes(element, href=address, rel="noopener")
        return
    del element.attrib["href"]
    message = f"The link {href} is not an address that a browser can open."
    tree.report(tree.line(element), "link-dead", message, "Copy it from the browser's address bar.")


def _relative_link(tree: Tree, element: Element, href: str, path: str, anchor: str) -> Link | None:
    """A link to a file, as on GitHub, or to what a file becomes, as in Hugo and Jekyll."""
    if path.lower().endswith((".md", ".markdown")):
        return article_link(tree, element, path, anchor)
    resolve = tree.context.resolve_link
    found = next((each for each in files_of(path) if resolve and resolve(each)), None)
    if found:
        return article_link(tree, element, found, anchor)
    _leave_words(tree, element, href)
    return None


def _site_link(tree: Tree, element: Element, href: str) -> Link | None:
    """A link to a path of the site: a page of ours, or what Hugo and Jekyll would make of an article."""
    find = tree.context.find_site_path
    path, _, anchor = href.partition("#")
    path = path.partition("?")[0]
    if find is None:
        return None
    found = find(unquote(path))
    if found is None:
        _leave_words(tree, element, href)
    elif not found.startswith("/"):
        return article_link(tree, element, found, unquote(anchor))
    elif found == f"{unquote(path)}/":
        element.set("href", href.replace(path, f"{path}/", 1))
    return None


def _leave_words(tree: Tree, element: Element, href: str) -> None:
    del element.attrib["href"]
    hint = "Link to an article by its file name (`name.md`), to another site with https://, to a page with `/page/`."
    message = f"The link {href} does not point to an article or page; the link text is kept."
    tree.report(tree.line(element), "link-relative", message, hint, "warning")


def files_of(path: str) -> tuple[str, ...]:
    """The files that a path without `.md` may mean: `page`, `page/` and `page.html` are all `page.md`."""
    stem = re.sub(r"\.html?$", "", path.rstrip("/"))
    return (f"{stem}.md", f"{stem}/index.md", f"{stem}/_index.md", f"{stem}/README.md") if stem else ()


def is_internal(href: str) -> bool:
    """Whether a link leads to this page or to a path of this site."""
    return href[0] == "#" or (href[0] == "/" and href[1:2] not in ("/", "\\"))


def article_link(tree: Tree, element: Element, path: str, anchor: str) -> Link:
    """Resolve a link to another article."""
    resolve = tree.context.resolve_link
    if resolve is None:
        return Link(path, anchor, tree.line(element), None)
    url = resolve(path)
    if url is None:
        del element.attrib["href"]
    else:
        element.set("href", f"{url}#{anchor}" if anchor else url)
    return Link(path, anchor, tree.line(element), url)


def _report_empty(tree: Tree, element: Element) -> None:
    pop_attribute(element, "href")
    line = tree.line(element)
    if tree.find_line(*tree.span(element), _UNSAFE_SCHEME):
        tree.report(line, "link-scheme", "A link has a scheme that runs code or reads files.", _SCHEME_HINT)
    else:
        hint = "Write its address: `[words](address)`."
        tree.report(line, "link-empty", "A link has no target; its text is kept.", hint, "warning")


def _reject_scheme(tree: Tree, element: Element, href: str) -> None:
    del element.attrib["href"]
    scheme = _SCHEME.match(href)
    is_harmless = scheme is not None and scheme[1].lower() not in _HARMFUL
    message = f"The link {href} has a scheme that is not allowed" + (
        "; its text is kept." if is_harmless else "."
    )
    tree.report(
        tree.line(element), "link-scheme", message, _SCHEME_HINT, "warning" if is_harmless else "error"
    )


def check_anchors(tree: Tree, anchors: frozenset[str]) -> None:
    """Report links to anchors in this article that do not exist."""
    examples = ", ".join(f"#{anchor}" for anchor in sorted(anchors)[:5]) or "this article has none yet"
    for element in tree.elements["a"]:
        href = element.get("href", "")
        if href.startswith("#") and unicodedata.normalize("NFC", unquote(href[1:])) not in anchors:
            message = f"The link {unquote(href)} does not match a heading of this article."
            tree.report(
                tree.line(element),
                "anchor-broken",
                message,
                f"Use the anchor of a heading: {examples}.",
                "warning",
            )
