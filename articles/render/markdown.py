"""The one place that knows comrak: a 0.x library, so it can be replaced here without anyone noticing."""

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
    options.unsafe_ = False  # raw HTML becomes a comment, dangerous addresses become empty
    options.sourcepos = True  # `data-sourcepos` carries the line numbers of every later message
    return options


_OPTIONS = (_extensions(), comrak.ParseOptions(), _rendering())


def to_html(text: str) -> str:
    """Give CommonMark with our extensions as HTML that is well-formed XML, every element with its source position."""
    html = comrak.render_markdown(text, *_OPTIONS)
    if "data-footnote" in html:  # the only attributes that are written without a value
        html = html.replace(" data-footnotes>", ">").replace(" data-footnote-ref>", ">")
        html = html.replace(" data-footnote-backref ", " ")
    return html
