"""Syntax highlighting of fenced code, by classes: the page's security policy forbids inline styles."""

from functools import lru_cache

from lxml import etree
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from articles.render.tree import Element, Tree, pop_attribute, set_attributes

# Some lexers take quadratic time on hostile texts, more than a minute. These stay below a second for this many
# characters an article (CON-10). Other code is not highlighted.
LANGUAGES = frozenset((
    "bash", "css", "html", "http", "ini", "javascript", "js", "json", "py", "python", "sh", "shell", "sql",
    "toml", "xml", "yaml", "yml",
))  # fmt: skip
MAX_CHARACTERS = 6_000

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight_code(tree: Tree) -> None:
    """Make code scrollable by keyboard, and highlight what names a known language."""
    remaining = MAX_CHARACTERS
    for block in tree.elements["pre"]:
        set_attributes(block, cls="code", tabindex="0")
        for code in block.iter("code"):
            lexer = lexer_for(pop_attribute(code, "class").removeprefix("language-"))
            length = len(code.text or "")
            if lexer is not None and length <= remaining:
                remaining -= length
                _highlight(code, lexer)


@lru_cache(maxsize=64)
def lexer_for(name: str) -> Lexer | None:
    """The lexer of a known language."""
    return get_lexer_by_name(name, stripnl=False, ensurenl=False) if name in LANGUAGES else None


def _highlight(code: Element, lexer: Lexer) -> None:
    highlighted = etree.fromstring(f"<code>{highlight(code.text or '', lexer, _FORMATTER)}</code>")
    code.text = highlighted.text
    code.extend(list(highlighted))
