"""Formulas: TeX to MathML Core when the article is published, where `math: true` says that `$` is not money.

Until the text for search has been taken, a formula's element holds its TeX: that is what search and feeds can show.
"""

import html
import re
from collections.abc import Iterator
from importlib.metadata import version

from lxml import etree
from math_core import LatexError, LatexToMathML

from articles.render.limits import HTML
from articles.render.tree import Element, Tree, new_element, parent_of, pop_attribute

NAME = f"math-core {version('math-core')}"
STYLE = "data-math-style"  # comrak's
LONGEST = 2_000  # characters; the library calls itself for each brace, and overflows the stack far beyond 4,000 of them
_DISPLAY = re.compile(r"([\s>]*)(\$\$|\\\[|\\\])\s*\Z")
_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})")
_ENTITY = re.compile(r"&[A-Z][A-Za-z]+;")  # of HTML, which XML does not know
# An own command in an own command nests without end, and the library overflows the stack.
_DEFINITION = re.compile(r"\\(?:g?def|let|(?:new|renew|provide)command)(?![A-Za-z])")
_HINT = "Correct it (as for MathJax); next to formulas, write money as `\\$5`."
# What the library writes as styles, which the page's security policy forbids, and our classes for it.
_CLASSES = {
    "text-align:left": "left", "text-align:right": "right", "padding-left:0": "no-left", "padding-right:0": "no-right",
    "padding-left:1em": "wide-left", "width:100%": "wide", "width:50%": "half",
    **{f"border-{side}:0.05em {look} currentcolor": f"rule-{side}"
       for side in ("left", "right", "top", "bottom") for look in ("solid", "dashed")},
}  # fmt: skip


def fence_blocks(source: str) -> str:
    """Write formulas between lines of `$$` as fenced code, in which nothing else is Markdown. Lines stay lines."""
    lines, fence, begin = source.split("\n"), "", -1
    for number, line in enumerate(lines):
        if match := _FENCE.match(line):
            fence = "" if fence and match[1].startswith(fence) else fence or match[1]
        elif not fence and (match := _DISPLAY.match(line)):
            if begin < 0 and match[2] != r"\]":
                begin = number
            elif begin >= 0 and match[2] == {"$$": "$$", r"\[": r"\]"}[lines[begin].strip(" \t>")]:
                lines[begin] = lines[begin].replace(lines[begin].strip(" \t>"), "```math")
                lines[number], begin = f"{match[1]}```", -1
    return "\n".join(lines)


def take_formulas(tree: Tree) -> None:
    """Put an element of MathML, with the TeX as its text for now, in place of each formula."""
    converter: LatexToMathML | None = None
    size = 0
    for holder in [each for each in tree.root.iter("span", "code") if STYLE in each.attrib]:
        is_display = pop_attribute(holder, STYLE) == "display"
        if not tree.context.math:  # a block that says ```math is what it was
            continue
        converter = converter or LatexToMathML(fancy_error=False)
        formula = _make_formula(tree, holder, converter, is_display=is_display)
        size += sum(len(formula_part.text or "") + 40 for formula_part in formula.iter("*"))
        if size > HTML:
            tree.report(tree.line(holder), "too-large", "The formulas grow too large.", "Split the article.")
            return


def _make_formula(tree: Tree, holder: Element, converter: LatexToMathML, *, is_display: bool) -> Element:
    """Replace what the parser made of a formula, and remember what is shown at the end."""
    tex = (holder.text or "").strip("\n")
    parsed = _convert(tree, holder, tex, converter, is_display=is_display)
    formula = new_element("math", alttext=tex.strip())
    formula.text = tex
    if is_display:
        formula.set("display", "block")
    if parsed is not None:
        tree.visual_parts.append((formula, parsed))
    _place(tree, holder, formula, is_display=is_display)
    return formula if parsed is None else parsed


def _place(tree: Tree, holder: Element, formula: Element, *, is_display: bool) -> None:
    """A formula alone in its paragraph or code block gets a box of its own, which scrolls when it is wide."""
    outer = parent_of(holder)
    if outer.tag == "pre" and outer in tree.elements["pre"]:  # an author's own may hold several formulas
        tree.elements["pre"].remove(outer)
    formula.tail, holder.tail = holder.tail, None
    outer.replace(holder, formula)
    is_alone = (
        formula.getprevious() is None
        and formula.getnext() is None
        and not (outer.text or "").strip()
        and not (formula.tail or "").strip()
    )
    if is_display and is_alone and outer.tag in ("p", "pre"):
        outer.tag, outer.text, formula.tail = "div", None, None
        outer.set("class", "formula")
        outer.set("tabindex", "0")


def _convert(
    tree: Tree, holder: Element, tex: str, converter: LatexToMathML, *, is_display: bool
) -> Element | None:
    line = tree.line(holder) + (parent_of(holder).tag == "pre")
    if len(tex) > LONGEST:
        message = f"A formula has more than {LONGEST:,} characters."
        tree.report(line, "math", message, "Split it into several.")
        return None
    if definition := _DEFINITION.search(tex):
        message = f"A formula defines its own command with {definition[0]}."
        tree.report(
            line + tex.count("\n", 0, definition.start()), "math", message, "Write out what it stands for."
        )
        return None
    try:
        mathml = converter.convert_with_global_state(tex, displaystyle=is_display)
        formula = etree.fromstring(_ENTITY.sub(lambda entity: html.unescape(entity[0]), mathml))
    except LatexError as error:
        position, _, reason = str(error).partition(": ")
        line += tex.count("\n", 0, int(position)) if position.isdecimal() else 0
        tree.report(line, "math", f"A formula cannot be read: {reason}", _HINT)
        return None
    except etree.XMLSyntaxError:
        tree.report(line, "math", "A formula nests too deeply.", "Split it into several.")
        return None
    for element in formula.iter("*"):
        if classes := " ".join(_classes_of(pop_attribute(element, "style"))):
            element.set("class", classes)
    for table in formula.iter("mtable"):
        _close(table)
    return formula


def _close(table: Element) -> None:
    """A line below the last row is the library's row of an empty cell with a line above it."""
    last = table[-1] if len(table) > 1 else None
    if last is not None and len(last) == 1 and not len(last[0]) and "rule-top" in last[0].get("class", ""):
        table.remove(last)
        table.set("class", f"{table.get('class', '')} rule-bottom".strip())


def _classes_of(style: str) -> Iterator[str]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if known := _CLASSES.get(f"{name.strip()}:{value.strip()}"):
            yield known


def show_formulas(tree: Tree) -> None:
    """Put the MathML where the TeX is: search has its text now."""
    for formula, parsed in tree.visual_parts:
        formula.text = parsed.text
        formula.extend(list(parsed))
