"""Markup of other programs that would be shown as it stands: one warning for each kind, with what to write instead."""

import re
from dataclasses import dataclass

from articles.render.callouts import KINDS
from articles.render.texts import text_slots
from articles.render.tree import Element, Tree


@dataclass(frozen=True, slots=True)
class Leftover:
    """A kind of markup: one of which is in the text, its pattern, whose it is, and what to write instead."""

    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    owner: str
    hint: str


_WORDPRESS = "caption|gallery|playlist|embed|audio|video|sourcecode"
_KINDS = (
    Leftover(("{{",), re.compile(r"\{\{[<%]\s{0,3}/?\s{0,3}[\w-][^\n}]{0,80}\}?\}?"), "Hugo (a shortcode)", "Write its content in Markdown."),
    Leftover(("{%",), re.compile(r"(?<!\{)\{%-?\s{0,3}\w[^\n}]{0,80}\}?"), "Jekyll (Liquid)", "Write its content in Markdown."),
    Leftover(("{{",), re.compile(r"\{\{-?\s{0,3}[A-Za-z][\w.|: -]{0,80}\}\}"), "a template (Liquid, Jinja)",
             "Write what it stands for, or put it in backquotes."),
    Leftover(tuple(f"[{name}" for name in _WORDPRESS.split("|")), re.compile(rf"\[(?:{_WORDPRESS})(?:\s[^\]\n]{{0,200}})?\]"),
             "WordPress (a shortcode)", "Write its content in Markdown."),
    Leftover(("[[",), re.compile(r"\[\[_?toc_?\]\]|!?\[\[[^\[\]\n]{1,200}\]\]", re.IGNORECASE), "a wiki (Obsidian)",
             "Link with [words](file.md); the page makes its own table of contents."),
    Leftover(("[toc]", "[TOC]"), re.compile(r"^[ \t]*\[toc\][ \t]*$", re.IGNORECASE | re.MULTILINE), "a table of contents", "Remove it: the page has its own."),
    Leftover(("!!!",), re.compile(r"^!!!\s+\w", re.MULTILINE), "MkDocs (an admonition)",
             "Write `> [!NOTE]`, and begin each line of it with `> `."),
    Leftover(("???",), re.compile(r"^\?\?\?\+?\s+\w", re.MULTILINE), "MkDocs (a folded admonition)",
             "Write `> [!NOTE]-`, and begin each line of it with `> `."),
    Leftover(("[!",), re.compile(r"\[!(?:INCLUDE|VIDEO|div|code)(?:[ -][^\]\n]{0,200})?\]?", re.IGNORECASE), "Microsoft Learn", "Write its content in Markdown."),
    Leftover((":::",), re.compile(r"^[ \t]*:::[a-z][\w-]*(?:[ \t][^\n]{0,300})?:::[ \t]*$", re.MULTILINE), "Microsoft Learn", "Write its content in Markdown."),
    Leftover(("=== ",), re.compile(r"^===[!+]?[ \t]+[\"“][^\n]{1,80}", re.MULTILINE), "MkDocs (tabs)", "Write a heading, and its text without indentation."),
    Leftover(("-8<-",), re.compile(r"^[ \t]*-{1,2}8<-{1,2}[^\n]{0,80}", re.MULTILINE), "MkDocs (a snippet)", "Write its content here."),
    Leftover(("++",), re.compile(r"(?<!\+)\+\+[a-z]+(?:\+[a-z0-9-]+)+\+\+(?!\+)"), "MkDocs (keys)", "Write <kbd>Ctrl</kbd>+<kbd>C</kbd>."),
    Leftover((":material-", ":fontawesome-", ":octicons-", ":simple-"), re.compile(r":(?:material|fontawesome|octicons|simple)-[\w-]{2,60}:"),
             "MkDocs (an icon)", "Remove it."),
    Leftover(("{++", "{--", "{~~", "{>>"), re.compile(r"\{(?:\+\+|--|~~|>>)[^{}\n]{1,200}(?:\+\+|--|~~|<<)\}"), "CriticMarkup (a proposed change)",
             "Accept the change, or leave it out."),
    Leftover(("import ", "export "), re.compile(r"^(?:import\s[^\n]{1,200}\sfrom\s+[\"'“‘][^\n]{1,200}|export\s+(?:default|const|function)\s[^\n]{1,80})$", re.MULTILINE),
             "MDX", "Remove it, and write what its components show."),
    Leftover(("\\begin{",), re.compile(r"\\begin\{(?:equation|align|gather|multline|eqnarray|cases|[pbvV]?matrix|array)\*?\}"), "a formula (TeX)",
             "Write it between lines of $$, with `math: true` in the front matter."),
    Leftover(("--", "|\n|", "| \n|"), re.compile(
        r"^[ \t]*(?:\|[ \t]*)?:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$|^[ \t]*\+(?:[-=]{2,}\+)+[ \t]*$"
        r"|^[ \t]*\|[^\n]+\|[ \t]*\n[ \t]*\|[^\n]+\|[ \t]*$", re.MULTILINE),
        "a table", "Write a line such as |---|---| below its header, with as many cells, and nothing between them."),
    Leftover(("![",), re.compile(r"!\[[^\[\]\n]{0,200}\]\([^()\n]{1,300}\)"), "a picture", "Write its name in angle brackets, without a size: ![what it shows](<my file.png>)."),
    Leftover(("](",), re.compile(r"(?<!!)\[[^\[\]\n]{1,200}\]\([^()\n]{1,200}\.(?:md|markdown|html?|pdf)(?:#[^()\n]{0,100})?\)"), "a link",
             "Write its address in angle brackets: [words](<my file.md>)."),
    Leftover(("##",), re.compile(r"^#{2,6}[^\s#][^\n]{0,80}", re.MULTILINE), "a heading", "Put a space behind its last #."),
    Leftover((".. ",), re.compile(r"^\.\. [a-z][\w-]{1,30}::", re.MULTILINE), "reStructuredText", "Write it in Markdown."),
)  # fmt: skip
_BY_TRIGGER = [(trigger, kind) for kind in _KINDS for trigger in kind.triggers]
_TEX = r"(?:\\[A-Za-z]{2,}|[\w)}][_^][\w{\\])"
_MATH = re.compile(
    rf"(?<![\\\w])\$(?=[^\s$])[^$\n]{{0,120}}?{_TEX}[^$\n]{{0,120}}?\$|\$\$[^$\n]{{1,300}}\$\$|^\s*\$\$\s*$"
    rf"|\\\([^\n]{{0,100}}?{_TEX}[^\n]{{0,100}}?\\\)|^\s*\\\[\s*$"
)
_BLOCKS = {
    "math": "a formula (TeX)", "mermaid": "a drawing (Mermaid)", "plantuml": "a drawing (PlantUML)", "dot": "a drawing (Graphviz)",
    "graphviz": "a drawing (Graphviz)", "dataview": "a query (Obsidian)", "dataviewjs": "a query (Obsidian)",
    "ad-note": "a callout (Obsidian)", "d2": "a drawing (D2)", "kroki": "a drawing (Kroki)", "ditaa": "a drawing (ditaa)",
    "nomnoml": "a drawing (nomnoml)", "svgbob": "a drawing (Svgbob)", "wavedrom": "a drawing (WaveDrom)", "markmap": "a drawing (markmap)",
    "vega": "a chart (Vega)", "vega-lite": "a chart (Vega)",
}  # fmt: skip
_LANGUAGE = "language-"
_BLOCK_HINT = "Export it as a picture, and describe it: ![what it shows](file.png)."
_CALLOUT_HINT = "Write `> [!NOTE]`, and begin each line of it with `> `."
_MATH_HINT = "Write `math: true` in the front matter, or `math = true` in exam.toml; if it is not a formula, put it in backquotes."


def report_leftovers(tree: Tree, source: str) -> None:
    """Warn once of each kind."""
    _report_blocks(tree)
    for kind in dict.fromkeys([kind for trigger, kind in _BY_TRIGGER if trigger in source]):
        if kind.pattern.search(source):
            _report_kind(tree, kind)


def _report_kind(tree: Tree, kind: Leftover) -> None:
    """Warn of the first place that is text, and not code."""
    signs = {trigger[0] for trigger in kind.triggers}
    sign = kind.triggers[0][:2] if len(kind.triggers) == 1 else signs.pop() if len(signs) == 1 else ""
    for slot in text_slots(tree, sign):
        if match := kind.pattern.search(slot.text):
            _report(tree, tree.line_of_match(slot.holder, kind.pattern), kind.owner, match[0], kind.hint)
            return


def report_formulas(tree: Tree, source: str) -> None:
    """Warn of TeX where `$` is money; a single sign and a number are money."""
    if tree.context.math or not ("$" in source or "\\(" in source or "\\[" in source):
        return
    code = {line for block in tree.elements["pre"] for line in range(*_lines_of(tree, block))}
    for number, line in enumerate(tree.lines, 1):
        if number in code or not ("$" in line or "\\" in line):
            continue
        match = _MATH.search(re.sub(r"(`+)[^`]{0,500}\1", "", line) if "`" in line else line)
        if match is not None:
            _report(tree, number + tree.context.first_line - 1, "a formula (TeX)", match[0], _MATH_HINT)
            return


def _lines_of(tree: Tree, block: Element) -> tuple[int, int]:
    start, end = tree.span(block)
    return start, end + 1


def _report_blocks(tree: Tree) -> None:
    seen = set[str]()
    for block in tree.elements["pre"]:
        for code in block.iter("code"):
            written = code.get("class", "").removeprefix(_LANGUAGE).lower()
            name = written.strip("{}")
            owner = "a callout (MyST)" if name in KINDS and name != written else _BLOCKS.get(name)
            if owner and owner not in seen:
                seen.add(owner)
                hint = {"math": _MATH_HINT, "a callout (MyST)": _CALLOUT_HINT}
                said = hint.get(name) or hint.get(owner) or _BLOCK_HINT
                _report(tree, tree.line(block), owner, f"```{written}", said)


def _report(tree: Tree, line: int, owner: str, text: str, hint: str) -> None:
    shown = " ".join(text.split())[:40]
    message = f"This looks like markup of {owner}, and is shown as text: {shown}"
    if owner.startswith(("a ", "an ")):
        message = f"This looks like {owner}, and is shown as text: {shown}"
    tree.report(line, "leftover-markup", message, hint, "warning")
