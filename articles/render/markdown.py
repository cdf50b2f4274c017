"""The only module that uses comrak: it is a 0.x library, so it should be easy to replace."""

from functools import lru_cache
from importlib.metadata import version

import comrak

NAME = f"comrak {version('comrak')}"
EXTENSIONS = (
    "alerts", "autolink", "block_directive", "description_lists", "footnotes", "highlight", "strikethrough", "table",
    "tasklist",
)  # fmt: skip
MATH_EXTENSIONS = ("math_code", "math_dollars", "math_latex")


def _extensions(*names: str) -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    for name in names:
        setattr(options, name, True)
    return options


def _parsing(*, smart: bool) -> comrak.ParseOptions:
    options = comrak.ParseOptions()
    options.smart = smart
    return options


def _rendering(*, raw_html: bool) -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = raw_html  # otherwise it becomes a comment, and unsafe URLs become empty
    options.sourcepos = True  # `data-sourcepos` has the line numbers for messages
    return options


_EXTENSIONS = {
    (math, notes): _extensions(
        *EXTENSIONS, *(MATH_EXTENSIONS if math else ()), *(("inline_footnotes",) if notes else ())
    )
    for math in (False, True)
    for notes in (False, True)
}
_PARSING = {smart: _parsing(smart=smart) for smart in (False, True)}
_RENDERING = {raw_html: _rendering(raw_html=raw_html) for raw_html in (False, True)}
_EMOJI = _extensions("shortcodes")


def to_html(
    text: str, *, raw_html: bool = False, math: bool = False, smart: bool = False, notes: bool = False
) -> str:
    """Convert CommonMark with our extensions to HTML with source positions: well-formed XML, unless with `raw_html`.

    With `math`, `$` and the like hold formulas; with `smart`, straight quotes and dashes become typographic ones; with
    `notes`, `^[words]` is a footnote.
    """
    html = comrak.render_markdown(text, _EXTENSIONS[math, notes], _PARSING[smart], _RENDERING[raw_html])
    if "data-footnote" in html:  # the only attributes that comrak writes without a value
        html = html.replace(" data-footnotes>", ">").replace(" data-footnote-ref>", ">")
        html = html.replace(" data-footnote-backref ", " ")
    return html


@lru_cache(maxsize=1_000)
def emoji(name: str) -> str | None:
    """The emoji of a name that GitHub knows."""
    code = f":{name}:"
    text = comrak.render_markdown(code, _EMOJI, _PARSING[False]).removeprefix("<p>").removesuffix("</p>\n")
    return None if text == code else text
