"""Names of HTML's elements (HTML Living Standard, "Index", and its obsolete ones), and what to write in place of some."""

WITHOUT_END = ("br", "col", "hr", "img", "input", "wbr")
# Elements that only arrange what is in them: a reader loses nothing without them.
_PLAIN = "Remove it: the page lays out its text itself."
LAYOUT = dict.fromkeys(
    ("address", "article", "aside", "body", "center", "div", "footer", "head", "header", "hgroup", "html", "main", "nav",
     "picture", "search", "section", "source", "big", "font", "nobr", "tt"),
    _PLAIN,
)  # fmt: skip
CODE_NAMES = {
    "audio": "Link to the sound.",
    "button": "Write a link.",
    "embed": "Link to it.",
    "form": "Link to the page that has the form.",
    "iframe": "Link to it: [words](https://…).",
    "math": "Write it in TeX between `$`, and `math: true` in the front matter.",
    "object": "Link to it.",
    "script": "Remove it: articles cannot run code.",
    "style": "Remove it: the site's style applies.",
    "svg": "Export it as PNG, about 1,440 pixels across, and write ![what it shows](file.png).",
    "video": "Link to the video.",
}
_OTHERS = """
a abbr acronym applet area audio b base bdi bdo bgsound blink blockquote br button canvas caption cite code col colgroup
data datalist dd del details dfn dialog dir dl dt em embed fieldset figcaption figure form frame frameset h1 h2 h3 h4
h5 h6 hr i iframe image img input ins isindex kbd keygen label legend li link listing map mark marquee math menu
menuitem meta meter noembed noframes noscript object ol optgroup option output p param plaintext pre progress q rb rp rt
rtc ruby s samp script select slot small source span strike strong style sub summary sup svg table tbody td template
textarea tfoot th thead time title tr track u ul var video wbr xmp
"""
NAMES = frozenset(_OTHERS.split()) | LAYOUT.keys()
