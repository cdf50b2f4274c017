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


def _rendering() -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.unsafe_ = False  # raw HTML becomes a comment, unsafe URLs become empty
    options.sourcepos = True  # `data-sourcepos` has the line numbers for messages
    return options


_OPTIONS = (_extensions(), comrak.ParseOptions(), _rendering())


def to_html(text: str) -> str:
    """Convert CommonMark with our extensions to HTML that is well-formed XML, with source positions."""
    html = comrak.render_markdown(text, *_OPTIONS)
    if "data-footnote" in html:  # the only attributes that comrak writes without a value
        html = html.replace(" data-footnotes>", ">").replace(" data-footnote-ref>", ">")
        html = html.replace(" data-footnote-backref ", " ")
    return html
