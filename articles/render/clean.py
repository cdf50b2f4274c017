"""Sanitizes HTML with an allow-list of what our own transforms produce (CON-01, ASVS 1.3.1), and what authors may write in HTML."""

import re
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
# What shows formulas: the presentational elements of MathML Core, and what may be between them.
FORMULAS = {
    "math", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
    "munderover",
}  # fmt: skip
TAGS |= FORMULAS
_LANGUAGE = {"lang", "dir"}
_PLACE = _LANGUAGE | {"id"}  # where a link may lead to
_SPACES = {"width", "height", "depth", "lspace", "rspace", "voffset"}
_FORMULA = {"displaystyle", "scriptlevel", "mathvariant"} | _SPACES
ATTRIBUTES = (
    dict.fromkeys(TAGS - FORMULAS - {"input"}, _LANGUAGE)
    | dict.fromkeys(FORMULAS, _FORMULA)
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
        "math": _FORMULA | {"alttext"},
        "menclose": _FORMULA | {"notation"},
        "mfrac": _FORMULA | {"linethickness"},
        "mo": _FORMULA
        | {
            "form",
            "fence",
            "separator",
            "stretchy",
            "symmetric",
            "largeop",
            "movablelimits",
            "minsize",
            "maxsize",
        },
        "mover": _FORMULA | {"accent"},
        "mtd": _FORMULA | {"columnspan", "rowspan"},
        "munder": _FORMULA | {"accentunder"},
        "munderover": _FORMULA | {"accent", "accentunder"},
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
    "math": {"display": {"block"}},
    "input": {"type": {"checkbox"}, "disabled": {""}, "checked": {""}},
    "pre": {"tabindex": {"0"}},
    "section": {"role": {"doc-endnotes"}},
    "th": {"scope": {"col", "row"}},
}
# Also in VALUES: the order of attributes that are only forced differs between processes.
FORCED = {"input": {"type": "checkbox", "disabled": ""}}
_ALIGNMENTS = {"left", "center", "right"}
_NOTES = {"note", "note-note", "note-tip", "note-important", "note-warning", "note-caution"}
_RULES = {"rule-left", "rule-right", "rule-top", "rule-bottom"}
CLASSES = {
    "a": {"anchor", "ref", "back"},
    "details": _NOTES | {"hint", "answer"},
    "div": _NOTES | {
        "table", "formula", "ask", "stem", "why", "yes", "no",
    },
    "li": {"task"},
    "mtable": _RULES | {"wide"},
    "mtd": _RULES | {"left", "right", "no-left", "no-right", "wide-left", "half"},
    "p": {"note-title", "number", "verdict", "source"},
    "pre": {"code"},
    "section": {"question", "case", "footnotes", "item-answer", "item-order", "item-cloze", "item-card", "item-term"},
    "span": {"letter", "gap", "said"} | {name for name in STANDARD_TYPES.values() if name},
    "summary": {"note-title"},
    "td": _ALIGNMENTS,
    "th": _ALIGNMENTS,
    "ul": {"tasks", "steps"},
}  # fmt: skip

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    set_tag_attribute_values=FORCED,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    link_rel=None,
)


# A paragraph or a flat list of words, without any attribute, as lxml writes it: closed in order, signs escaped.
# Nothing in it can be removed, so cleaning it is only reading and writing it again; most blocks are such.
_WORDS = r"(?:[^<>&\0\r\xa0]++|&(?:amp|lt|gt);|</?(?:em|strong|code)>)*+"
PLAIN = re.compile(rf"<p>{_WORDS}</p>|<([uo]l)>\n(?:<li>{_WORDS}</li>\n)+</\1>")


def clean(html: str) -> str:
    """The HTML without anything that is not on the list; it must have been serialized from a tree."""
    return html if PLAIN.fullmatch(html) else CLEANER.clean(html)
