"""Fenced code, coloured by classes; no inline style, so the page's security policy holds."""

from functools import lru_cache

from lxml import etree
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from articles.render.tree import Element, Tree, take

BUDGET = 50_000  # characters of code coloured in one article; some lexers are slow on hostile text

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def colour(tree: Tree) -> None:
    """Make code reachable by keyboard, and colour what names a known language."""
    left = BUDGET
    for block in tree.found["pre"]:
        block.attrib.update({"class": "code", "tabindex": "0"})
        for code in block.iter("code"):
            lexer = _lexer(take(code, "class").removeprefix("language-"))
            left -= len(code.text or "")
            if lexer is not None and left >= 0:
                _colour_one(code, lexer)


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer | None:
    if not name:
        return None
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _colour_one(code: Element, lexer: Lexer) -> None:
    coloured = etree.fromstring(f"<code>{highlight(code.text or '', lexer, _FORMATTER)}</code>")
    code.text = coloured.text
    code.extend(list(coloured))
