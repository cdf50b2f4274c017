"""What mail programs understand: the elements and CSS that our mails may use, for Outlook (Windows and web), Gmail, Apple Mail, Yahoo.

Derived from https://www.caniemail.com (data: github.com/hteumeuleu/caniemail, 6b086a3 of 2026-06-29), the last tested version of
each program. What is not tested there (`color`, `font-family`) is CSS 1, which all of them read. docs/mails.md has the words.
"""

# Kept and shown by all of them.
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "div", "span", "p", "br", "hr", "a", "img", "table", "tbody", "thead",
    "tfoot", "colgroup", "col", "tr", "th", "td", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "blockquote",
    "pre", "code", "sup", "sub", "del", "small",
}  # fmt: skip
# Where the tags are dropped, the words stay, and nothing is lost but a face, a place or an explanation.
INLINE_EXTRAS = {
    "abbr", "bdi", "bdo", "caption", "cite", "dfn", "ins", "kbd", "q", "samp", "u", "var", "i", "b", "s", "time", "wbr",
    "ruby", "rt", "rp",
}  # fmt: skip
# Of these a program drops the tags: `newsletter.issues.mail_html` writes others instead.
NEVER = {
    "figure", "figcaption", "mark", "section", "article", "details", "summary", "input", "math", "svg", "form", "video",
    "picture",
}  # fmt: skip

LENGTHS = r"(0|\d+px)( (0|\d+px))*"
# Understood by all, with these values and on these elements only (None: any).
PROPERTIES: dict[str, tuple[str, set[str] | None]] = {
    "background-color": (r"#[0-9a-f]{6}", None),
    "color": (r"#[0-9a-f]{6}", None),
    "font-family": (r"[\w\s,'-]+", None),
    "font-size": (r"\d+px", None),  # Outlook and Yahoo know no rem
    "font-weight": (r"bold|normal", None),  # Outlook knows no numbers between
    "letter-spacing": (r"0|\dpx", None),
    "line-height": (r"1(\.\d+)?|1px", None),
    "text-align": (r"left|right|center", None),  # no start, no end
    "text-decoration": (r"none", None),
    "vertical-align": (r"top", None),
    "direction": (r"ltr", None),
    "margin": (r"(0|\d+px|auto)( (0|\d+px|auto))*", None),  # nothing negative
    "margin-bottom": (r"\d+px", None),
    "border": (r"0|1px solid #[0-9a-f]{6}", None),
    "border-top": (r"1px solid #[0-9a-f]{6}", None),
    "border-bottom": (r"0|1px solid #[0-9a-f]{6}", None),
    "border-left": (r"0|3px solid #[0-9a-f]{6}", None),
    "border-right": (r"3px solid #[0-9a-f]{6}", None),
    "border-color": (r"#[0-9a-f]{6}", None),
    "border-collapse": (r"collapse", {"table"}),
    "padding": (LENGTHS, {"td", "th", "table"}),  # Outlook: on cells alone
    "padding-right": (r"\d+px", {"td", "th"}),
    "width": (r"\d+%", {"table", "td", "th"}),  # Outlook: not on div, p, img
}
# Understood by some. Beside each: what those lack who do not.
EXTRAS: dict[str, str] = {
    "border-radius": "Outlook for Windows: corners are square",
    "color-scheme": "Apple Mail alone reads it; the others decide about the dark by themselves",
    "display": "Outlook for Windows knows none alone: the button is as wide as its words",
    "max-width": "Outlook for Windows: the table around ours has width=600; pictures have width and height",
    "height": "auto, beside the attribute, for pictures that max-width made narrower",
    "padding of others": "Outlook for Windows: quotes and code stand without space around them, lists have its own",
    "padding-left": "Outlook for Windows has its own for lists",
    "table-layout": "Outlook for Windows: a word too long for the column widens it, on a screen that is wide",
    "overflow-wrap": "long words break by word-break, or in Outlook not at all",
    "word-break": "Yahoo: a long address stands out of a phone's screen",
    "white-space": "Outlook for Windows: long lines of code widen the mail",
    "word-wrap": "as overflow-wrap, for old programs",
    "unicode-bidi": "code in a text from right to left; the text is readable without it",
    "max-height": "of the preheader, which display: none hides already",
    "overflow": "the same",
    "opacity": "the same",
    "mso-hide": "hides the preheader and the names of cells in Word, and is nothing to others",
    "mso-padding-alt": "the button's padding in Word, where a link has none",
    "-webkit-text-size-adjust": "keeps an iPhone from making text larger by itself",
}
EXTRA_VALUES = {
    "display": r"none|block|inline|inline-block",
    "padding of others": LENGTHS,
    "padding-left": r"\d+px",
    "height": "auto",
}
GMAIL_STYLE_BYTES = 16_384  # a longer <style> is dropped as a whole: html-style, note 6
CONDITIONS = {
    "(max-width: 480px)",
    "(min-width: 481px)",
    "(prefers-color-scheme: dark)",
}  # Yahoo knows no other width rules
SELECTOR = r"[a-z0-9]*(\.[a-z]+)?( [a-z0-9]*(\.[a-z]+)?)*"  # type, class, descendant: attributes and :not() are not known to all
