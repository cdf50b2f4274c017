"""The only module that uses comrak: it is a 0.x library, so it should be easy to replace."""

from importlib.metadata import version

import comrak

NAME = f"comrak {version('comrak')}"
EXTENSIONS = (
    "alerts", "autolink", "block_directive", "description_lists", "footnotes", "strikethrough", "table", "tasklist",
)  # fmt: skip


def _extensions() -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    for name in EXTENSIONS:
        setattr(options, name, True)
    return options


def _rendering(*, raw_html: bool) -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = raw_html  # otherwise it becomes a comment, and unsafe URLs become empty
    options.sourcepos = True  # `data-sourcepos` has the line numbers for messages
    return options


_PARSING = (_extensions(), comrak.ParseOptions())
_RENDERING = _rendering(raw_html=False)
_WITH_RAW_HTML = _rendering(raw_html=True)


def to_html(text: str, *, raw_html: bool = False) -> str:
    """Convert CommonMark with our extensions to HTML with source positions: well-formed XML, unless with `raw_html`."""
    html = comrak.render_markdown(text, *_PARSING, _WITH_RAW_HTML if raw_html else _RENDERING)
    if "data-footnote" in html:  # the only attributes that comrak writes without a value
        html = html.replace(" data-footnotes>", ">").replace(" data-footnote-ref>", ">")
        html = html.replace(" data-footnote-backref ", " ")
    return html
