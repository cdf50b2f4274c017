"""Sanitizes HTML with an allow-list of what our own transforms produce (CON-01, ASVS 1.3.1), and what authors may write in HTML."""

from importlib.metadata import version

import nh3
from pygments.token import STANDARD_TYPES

NAME = f"nh3 {version('nh3')}"
SCHEMES = {"http", "https", "mailto"}
# Those that Markdown cannot write, and that authors therefore write themselves.
BY_AUTHORS = {
    "abbr", "b", "bdi", "bdo", "caption", "cite", "col", "colgroup", "dfn", "i", "ins", "kbd", "mark", "q", "rp", "rt",
    "ruby", "s", "samp", "small", "sub", "tfoot", "time", "u", "var", "wbr",
}  # fmt: skip
TAGS = BY_AUTHORS | {
    "a", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption", "figure",
    "h2", "h3", "h4", "h5", "h6", "hr", "img", "input", "li", "ol", "p", "pre", "section", "span", "strong",
    "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_LANGUAGE = {"lang", "dir"}
_PLACE = _LANGUAGE | {"id"}  # where a link may lead to
ATTRIBUTES = (
    dict.fromkeys(TAGS - {"input"}, _LANGUAGE)
    | dict.fromkeys(("h2", "h3", "h4", "h5", "h6", "span"), _PLACE)
    | {
        "a": _PLACE | {"href", "title", "aria-label"},
        "abbr": _LANGUAGE | {"title"},
        "details": _LANGUAGE | {"open"},
        "dfn": _LANGUAGE | {"title"},
        "div": {"aria-label"},
        "img": _LANGUAGE | {"src", "srcset", "sizes", "alt", "width", "height"},
        "input": {"aria-label"},
        "li": _PLACE | {"value"},
        "ol": _LANGUAGE | {"start", "reversed"},
        "section": _PLACE | {"aria-label"},
        "td": _LANGUAGE | {"colspan", "rowspan"},
        "th": _LANGUAGE | {"colspan", "rowspan"},
        "time": {"datetime"},
    }
)
VALUES = {
    "a": {"rel": {"noopener"}, "role": {"doc-noteref", "doc-backlink"}},
    "div": {"role": {"region", "note"}, "tabindex": {"0"}},
    "img": {"loading": {"lazy", "eager"}, "decoding": {"async"}},
    "input": {"type": {"checkbox"}, "disabled": {""}, "checked": {""}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
    "th": {"scope": {"col", "row"}},
}
# Also in VALUES: the order of attributes that are only forced differs between processes.
FORCED = {"input": {"type": "checkbox", "disabled": ""}}
_ALIGNMENTS = {"left", "center", "right"}
CLASSES = {
    "a": {"anchor", "ref", "back"},
    "div": {
        "table", "ask", "why", "yes", "no",
        "note", "note-note", "note-tip", "note-important", "note-warning", "note-caution",
    },
    "li": {"task"},
    "p": {"note-title", "number", "verdict"},
    "pre": {"code"},
    "section": {"question", "footnotes"},
    "span": {"letter"} | {name for name in STANDARD_TYPES.values() if name},
    "td": _ALIGNMENTS,
    "th": _ALIGNMENTS,
    "ul": {"tasks"},
}  # fmt: skip

_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    set_tag_attribute_values=FORCED,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    link_rel=None,
)


def clean(html: str) -> str:
    """The HTML without anything that is not on the list."""
    return _CLEANER.clean(html)
