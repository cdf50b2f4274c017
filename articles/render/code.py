"""Syntax highlighting of fenced code, by classes: the page's security policy forbids inline styles."""

import re
from functools import lru_cache

from lxml import etree
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from articles.render.tree import Element, Tree, pop_attribute, set_attributes

# Some lexers take quadratic time on hostile texts, more than a minute; Scala's and HCL's take longer than anybody waits.
# The first stay below a second for all of an article's code, the others below half a second for so much of one block
# (CON-10; each read some 2,000 hostile texts). Other code is not highlighted.
LANGUAGES = frozenset((
    "bash", "css", "html", "http", "ini", "javascript", "js", "json", "py", "python", "sh", "shell", "sql",
    "toml", "xml", "yaml", "yml",
))  # fmt: skip
SLOWER_LANGUAGES = frozenset((
    "awk", "bat", "batch", "c", "c#", "c++", "clojure", "cmake", "console", "cpp", "cs", "csharp", "dart", "diff",
    "docker", "dockerfile", "elixir", "fortran", "go", "golang", "graphql", "groovy", "haskell", "java", "jsx",
    "julia", "kotlin", "latex", "less", "lua", "make", "makefile", "matlab", "nginx", "perl", "php", "posh",
    "powershell", "proto", "protobuf", "ps1", "pwsh", "r", "rb", "rs", "ruby", "rust", "scss", "swift", "tcl",
    "tex", "ts", "tsx", "typescript", "vb.net", "vbnet", "vim",
))  # fmt: skip
MAX_CHARACTERS = 6_000
MAX_OF_SLOWER = 2_000  # in one block
_NAME = re.compile(r"[{.\s]*([\w+#.-]*)")  # also of `{.python}`, `python{1,2}`, `go:main.go`

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight_code(tree: Tree) -> None:
    """Make code scrollable by keyboard, and highlight what names a known language."""
    remaining = MAX_CHARACTERS
    for block in tree.elements["pre"]:
        set_attributes(block, cls="code", tabindex="0")
        for code in block.iter("code"):
            name = language_of(pop_attribute(code, "class"))
            lexer = lexer_for(name, is_whole="<?" in (code.text or ""))
            length = len(code.text or "")
            longest = remaining if name in LANGUAGES else min(remaining, MAX_OF_SLOWER)
            if lexer is not None and length <= longest:
                remaining -= length
                _highlight(code, lexer)


def language_of(class_: str) -> str:
    """The name of the language in the class that the parser gave."""
    name = _NAME.match(class_.removeprefix("language-").lower())
    return name[1] if name else ""


@lru_cache(maxsize=128)
def lexer_for(name: str, *, is_whole: bool = False) -> Lexer | None:
    """The lexer of a known language. PHP that `is_whole` begins outside of its code, with `<?php`."""
    if name not in LANGUAGES | SLOWER_LANGUAGES:
        return None
    return get_lexer_by_name(name, stripnl=False, ensurenl=False, startinline=not is_whole)


def _highlight(code: Element, lexer: Lexer) -> None:
    highlighted = etree.fromstring(f"<code>{highlight(code.text or '', lexer, _FORMATTER)}</code>")
    code.text = highlighted.text
    code.extend(list(highlighted))
