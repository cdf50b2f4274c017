"""Fenced code, coloured by classes; no inline style, so the page's security policy holds."""

from functools import lru_cache

from lxml import etree
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from articles.render.tree import Element, Tree, put, take

# Lexers take time that grows with the square of some hostile texts, to more than a minute; these, within this many
# characters an article, were seen to stay below a second (CON-10). Other code is shown plain.
LANGUAGES = frozenset((
    "bash", "css", "html", "http", "ini", "javascript", "js", "json", "py", "python", "sh", "shell", "sql",
    "toml", "xml", "yaml", "yml",
))  # fmt: skip
BUDGET = 6_000

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def colour(tree: Tree) -> None:
    """Make code reachable by keyboard, and colour what names a known language."""
    left = BUDGET
    for block in tree.found["pre"]:
        put(block, cls="code", tabindex="0")
        for code in block.iter("code"):
            lexer = _lexer(take(code, "class").removeprefix("language-"))
            length = len(code.text or "")
            if lexer is not None and length <= left:
                left -= length
                _colour_one(code, lexer)


@lru_cache(maxsize=64)
def _lexer(name: str) -> Lexer | None:
    return get_lexer_by_name(name, stripnl=False, ensurenl=False) if name in LANGUAGES else None


def _colour_one(code: Element, lexer: Lexer) -> None:
    coloured = etree.fromstring(f"<code>{highlight(code.text or '', lexer, _FORMATTER)}</code>")
    code.text = coloured.text
    code.extend(list(coloured))
