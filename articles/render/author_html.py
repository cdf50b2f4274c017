"""HTML that authors write into their Markdown: what reads well stays, the rest is named; nothing is lost in silence.

comrak's output with that HTML in it is no XML: an author opens what they never close. nh3 makes whole elements of it,
as a browser would, before the transforms read it; `clean` still has the last word on every block.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import nh3
from lxml import etree

from articles.problems import Problem
from articles.render import videos
from articles.render.clean import ATTRIBUTES, FORMULAS, SCHEMES, TAGS
from articles.render.formulas import STYLE
from articles.render.headings import own_id
from articles.render.html_names import CODE_NAMES, LAYOUT, NAMES, WITHOUT_END
from articles.render.tree import POSITION, Element, is_blank, parent_of, parse, pop_attribute

OMITTED = "<!-- raw HTML omitted -->"  # comrak's, in place of what an author wrote
COMMENT_OPEN = "<!--"
_TOKEN = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_TAG_START = re.compile(r"<([A-Za-z][\w:.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INSTRUCTIONS = {
    "?>": re.compile(r"<\?.*?\?>", re.DOTALL),
    "]]>": re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL),
}
_LINE = re.compile(rf'{POSITION}="(\d+)')
_VOID = re.compile(rf"<((?:{'|'.join(WITHOUT_END)})\b(?:[^<>\"]|\"[^\"]*\")*)>")
_EVERYWHERE = {POSITION, "id", "class", "title", "lang", "dir", "aria-label", "role"}
_INLINE = {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "img", "input", "ins", "kbd",
           "mark", "q", "ruby", "rp", "rt", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}  # fmt: skip
_HOLDERS = (_INLINE - {"br", "img", "input", "wbr"}) | {
    "blockquote",
    "caption",
    "dd",
    "dt",
    "figcaption",
    "p",
    "td",
    "th",
}
_ALLOWED = TAGS - FORMULAS | {"h1"}
_INTAKE = nh3.Cleaner(
    tags=_ALLOWED,
    attributes=dict.fromkeys(_ALLOWED, _EVERYWHERE)
    | {
        "code": _EVERYWHERE | {STYLE},
        "span": _EVERYWHERE | {STYLE},
        "a": _EVERYWHERE | {"href", "name", "data-footnote-backref-idx"},
        "details": _EVERYWHERE | {"open"},
        "img": _EVERYWHERE | {"src", "alt"},
        "input": _EVERYWHERE | {"type", "checked", "disabled"},
        "li": _EVERYWHERE | {"value"},
        "ol": _EVERYWHERE | {"start", "type", "reversed"},
        "td": _EVERYWHERE | {"align", "colspan", "rowspan"},
        "th": _EVERYWHERE | {"align", "colspan", "rowspan"},
        "time": _EVERYWHERE | {"datetime"},
    },
    # All of these are named and refused later; what a cleaner takes away, nobody can name.
    url_schemes=SCHEMES | {"data", "file", "ftp", "javascript", "sms", "tel", "vbscript"},
    clean_content_tags={"script", "style"},
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class AcceptedHtml:
    """The body as one tree, and what an author must know. Lines count from 1 within the body."""

    root: Element
    problems: list[Problem]


def accept(html: str, lines: list[str]) -> AcceptedHtml:
    """Read comrak's output with an author's HTML in it. Raises `etree.XMLSyntaxError` when it nests too deeply."""
    problems: list[Problem] = []
    without_comments = _change_until("-->", _COMMENT, html, lambda _: "")
    if COMMENT_OPEN in without_comments:
        line = next((number for number, text in enumerate(lines, 1) if COMMENT_OPEN in text), 1)
        hint = "Write `-->` where it ends."
        problems.append(Problem(line, "comment-open", "A comment is not closed, so it hides the rest.", hint))
    for end, pattern in _INSTRUCTIONS.items():
        without_comments = _change_until(end, pattern, without_comments, lambda found: escape(found[0]))
    problems += _instruction_problems(without_comments, lines)
    known = "".join(_known_only(without_comments, lines, problems))
    root = parse(_VOID.sub(_with_slash, _INTAKE.clean(known)).replace("&nbsp;", "\u00a0"))
    _tidy(root)
    _place(root, len(lines))
    return AcceptedHtml(root, problems)


def _change_until(end: str, pattern: re.Pattern[str], html: str, make: Callable[[re.Match[str]], str]) -> str:
    """Replace each match; behind the last `end`, each beginning would look for it in vain, and all the way."""
    last = html.rfind(end) + len(end) if end in html else 0
    return pattern.sub(make, html[:last]) + html[last:]


def _instruction_problems(html: str, lines: list[str]) -> Iterator[Problem]:
    """PHP and the like, which browsers would drop with what stands in them."""
    for sign in ("<?", "<![CDATA["):
        if escape(sign) in html and (line := next((n for n, text in enumerate(lines, 1) if sign in text), 0)):
            message = f"“{sign}” begins no HTML; it is shown as text."
            yield Problem(line, "unknown-tag", message, "Write code between lines of ```.", "warning")


def _with_slash(tag: re.Match[str]) -> str:
    return f"<{tag[1].rstrip('/')}/>"


def _known_only(html: str, lines: list[str], problems: list[Problem]) -> Iterator[str]:
    """The HTML with tags that no browser knows as text, like `<region>` in a manual; each other misfit is named."""
    end, line, numbers = 0, 1, _lines_by_tag(lines)
    for token in _TOKEN.finditer(html):
        yield html[end : token.start()]
        end, name = token.end(), token["name"].lower()
        position = _LINE.search(token["rest"])
        line = int(position[1]) if position else line
        video = videos.link_for_tag(token["rest"]) if name in videos.EMBEDS and not token["end"] else None
        if video:
            yield video
            continue
        if name not in NAMES:
            yield f"&lt;{token['end']}{token['name']}{token['rest'].replace('<', '&lt;')}&gt;"
        elif name != "input" or "checkbox" in token["rest"]:  # comrak's own box of a task
            yield token[0]
        if not token["end"] and not position and (problem := _problem_with(token["name"], token["rest"])):
            problems.append(Problem(_line_of(numbers[name], line), *problem))
    yield html[end:]


def _problem_with(written: str, rest: str) -> tuple[str, str, str] | tuple[str, str, str, str] | None:
    """Code, message, hint and level about an author's tag."""
    name = written.lower()
    if name not in NAMES:
        hint = f"Write it as `<{written}>` in backquotes."
        return "unknown-tag", f"<{written}> is not an HTML tag; it is shown as text.", hint, "warning"
    if name in LAYOUT:
        return "layout-tag", f"The tag <{name}> was left out; its text is kept.", LAYOUT[name], "warning"
    if name in _ALLOWED and (name != "input" or "checkbox" in rest):
        return None
    hint = CODE_NAMES.get(name, "Write it in Markdown, or as `code`.")
    return "raw-html", f"The tag <{name}> is not allowed and was left out.", hint


def _lines_by_tag(lines: list[str]) -> dict[str, list[int]]:
    """The numbers of the lines in which a tag of a name begins."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(lines, 1):
        for name in _TAG_START.findall(text):
            found[name.lower()].append(number)
    return found


def _line_of(numbers: list[int], first: int) -> int:
    at = bisect_left(numbers, first)
    return numbers[at] if at < len(numbers) else first


def _tidy(root: Element) -> None:
    """Take from an author's elements what only comrak's may have, and make every top-level node a block."""
    for element in [
        each for each in root.iter(etree.Element) if each is not root and POSITION not in each.attrib
    ]:
        _tidy_element(element)
    etree.strip_tags(root, "unwrap")
    _wrap_strays(root)


def _tidy_element(element: Element) -> None:
    if element.tag in ("div", "section"):
        element.tag = "unwrap"
    parent = element.getparent()
    is_ours = parent is not None and parent.get("class") in ("footnote-ref", "footnotes")
    if is_ours or element.get("class", "").startswith(
        ("language-", "markdown-alert-title", "footnote-backref")
    ):
        return
    for name in ("class", "role", STYLE):
        pop_attribute(element, name)
    anchor = own_id(pop_attribute(element, "name") or pop_attribute(element, "id"))
    if not anchor:
        return
    if "id" in ATTRIBUTES.get(str(element.tag), ()):
        element.set("id", anchor)
    elif element.tag in _HOLDERS:
        place = etree.Element("a", id=anchor)
        place.tail, element.text = element.text, None
        element.insert(0, place)


def _wrap_strays(root: Element) -> None:
    """Put text and inline elements that stand between blocks into paragraphs."""
    children, text = list(root), root.text or ""
    root.text, paragraph = None, None
    if text.strip():
        paragraph = etree.Element("p")
        paragraph.text = text
        root.insert(0, paragraph)
    for child in children:
        tail, child.tail = child.tail or "", None
        if child.tag in _INLINE:
            if paragraph is None:
                paragraph = etree.Element("p")
                child.addprevious(paragraph)
            paragraph.append(child)
            child.tail = tail
            continue
        paragraph = None
        if tail.strip():
            paragraph = etree.Element("p")
            paragraph.text = tail
            child.addnext(paragraph)
    for element in [each for each in root if each.tag == "p"]:
        _join_anchors(element)


def _join_anchors(paragraph: Element) -> None:
    """Anchors that stand alone move into the block that they are for, where they take no room."""
    following = paragraph.getnext()
    is_bare = all(child.tag == "a" and "id" in child.attrib for child in paragraph)
    if not is_bare or not is_blank(paragraph):
        return
    if following is not None and following.tag in ("p", "h1", "h2", "h3", "h4", "h5", "h6"):
        for anchor in reversed(list(paragraph)):
            anchor.tail, following.text = following.text, None
            following.insert(0, anchor)
    if len(paragraph) == 0:
        parent_of(paragraph).remove(paragraph)


def _place(root: Element, last: int) -> None:
    """Say between which lines an author's own blocks stand."""
    line, ends, end = 1, [], str(last)
    for element in reversed(root):
        ends.append(end)
        end = element.get(POSITION, end).partition(":")[0]
    for element, end in zip(root, reversed(ends), strict=True):
        position = element.get(POSITION)
        if position is None:
            element.set(POSITION, f"{line}:1-{end}:1")
        else:
            line = int(position.partition("-")[2].partition(":")[0])
