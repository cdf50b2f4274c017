"""Hostile input, judged by an HTML5 parser and a list of our own, never by the cleaner itself."""

import re
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from articles.render import RenderContext, WebImage, for_feed, render
from articles.render.clean import clean
from tests.articles.render.xss_corpus import ELEMENTS, TRICKS, VECTORS

# Written anew here on purpose: a name that slips into the cleaner's list must be noticed by another list.
NAMES = """
    a blockquote br code dd del details div dl dt em figcaption figure h2 h3 h4 h5 h6 hr img input li ol p pre
    section span strong summary sup table tbody td th thead tr ul
    abbr b bdi bdo caption cite col colgroup dfn i ins kbd mark q rp rt ruby s samp small sub tfoot time u var wbr
"""
MATHML = "{http://www.w3.org/1998/Math/MathML}"
FORMULAS = """
    math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt
    mstyle msub msubsup msup mtable mtd mtext mtr munder munderover
"""
TAGS = set(NAMES.split()) | {f"{MATHML}{name}" for name in FORMULAS.split()}
FORMULA_ATTRIBUTES = """
    class display alttext displaystyle scriptlevel mathvariant width height depth lspace rspace voffset notation linethickness
    form fence separator stretchy symmetric largeop movablelimits minsize maxsize accent accentunder columnspan rowspan
"""
ON_FORMULA = set(FORMULA_ATTRIBUTES.split())
ANYWHERE = {"class", "id", "aria-label", "role", "tabindex", "lang", "dir"}
ON_TAG = {
    "a": {"href", "title", "rel"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
    "abbr": {"title"},
    "details": {"open"},
    "dfn": {"title"},
    "input": {"type", "checked", "disabled"},
    "li": {"value"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"scope", "colspan", "rowspan"},
    "time": {"datetime"},
}
OURS = re.compile(r"(https?://|mailto:|/(?![/\\])|#|[^:/\\]+([/?#].*)?\Z|\Z)", re.DOTALL)
CONTEXTS = (
    RenderContext(),
    RenderContext(
        resolve_link=lambda path: "/articles/x/", resolve_image=lambda src: WebImage("/m/a.webp", 9, 9)
    ),
    RenderContext(
        math=True, quotes="“”", resolve_link=lambda path: "/articles/x/", resolve_note=lambda name: ["x.md"]
    ),
)


def faults(html: str) -> list[str]:
    """Name everything in the HTML that a reader's browser must never meet."""
    page = f"<!doctype html><html><body><article>{html}</article><p id=after></p></body></html>"
    body = html5lib.parse(page, namespaceHTMLElements=False)[1]
    harm = [] if [child.tag for child in body] == ["article", "p"] else ["it breaks out of its place"]
    for element in body[0].iter():
        if element is not body[0]:
            harm += _faults_of(element)
    return harm


def _faults_of(element: Element) -> list[str]:
    tag = str(element.tag)
    if tag not in TAGS:
        return [f"<{tag}>"]
    allowed = ON_FORMULA if tag.startswith(MATHML) else ANYWHERE | ON_TAG.get(tag, set())
    harm = [f"{tag} {name}" for name in element.attrib if name not in allowed]
    harm += [
        f"{tag} {name}={element.attrib[name]}" for name in ("href", "src") if not _is_safe(element.get(name))
    ]
    if tag == "input" and (element.get("type") != "checkbox" or element.get("disabled") is None):
        harm.append("a box that can be used")
    if str(element.get("id", "")).startswith("page-"):
        harm.append("an id of the page")
    return harm


def _is_safe(address: str | None) -> bool:
    if address is None:
        return True
    plain = re.sub(r"[\x00-\x20\x7f-\x9f\u200b]", "", address)
    return bool(OURS.match(plain)) and urlsplit(plain).scheme in ("", "http", "https", "mailto")


def test_con_01_the_corpus_has_at_least_200_different_vectors() -> None:
    assert len(set(VECTORS)) >= 200


@pytest.mark.parametrize("context", CONTEXTS, ids=["as written", "resolved", "with formulas"])
def test_con_01_no_vector_leaves_anything_that_runs(context: RenderContext) -> None:
    harmful = {vector: harm for vector in VECTORS if (harm := faults(render(vector, context).html))}
    assert harmful == {}


@pytest.mark.sweep
def test_con_01_no_vector_harms_inside_other_blocks() -> None:
    frames = (
        "> {}",
        "- {}\n\n  {}",
        "| a |\n|---|\n| {} |",
        "# {}",
        "x[^1]\n\n[^1]: {}",
        "**{}**",
        "[{}](/x)",
    )
    made = (
        frame.replace("{}", vector.replace("\n", " ")) for frame in frames for vector in (*ELEMENTS, *TRICKS)
    )
    assert {text: harm for text in made if (harm := faults(render(text).html))} == {}


def test_con_01_the_cleaner_alone_withstands_raw_html() -> None:
    assert {html: harm for html in ELEMENTS if (harm := faults(clean(html)))} == {}


def test_con_06_no_vector_reaches_a_feed_or_a_mail() -> None:
    forms = ("<script", "<form", "<iframe", "<input", "<details")
    for vector in VECTORS:
        html = for_feed(render(vector).html, "https://carrel.test/articles/x/")
        assert faults(html) == []
        assert not any(form in html for form in forms), html
        elements = html5lib.parse(f"<body>{html}</body>", namespaceHTMLElements=False)[1].iter()
        assert not any({"id", "class", "style"} & set(element.attrib) for element in elements)


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<img onerror=x>",
        "<a href='java\tscript:x'>x</a>",
        "<p style=x>",
        "</article><p>x",
        "<input type=checkbox>",
    ],
)
def test_the_judge_itself_sees_harm(html: str) -> None:
    assert faults(html)
