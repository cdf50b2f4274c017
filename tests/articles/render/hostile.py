"""Text that makes parsers slow or deep, by the size wanted; run as a program it renders all of it (CON-10).

It runs in a process of its own: a stack overflow in native code ends the process that it happens in.
"""

import sys
from collections.abc import Callable

from articles.render import RenderContext, for_feed, limits, render

NL = "\n"
EVERYTHING = RenderContext(
    math=True, quotes="«»", resolve_note=lambda name: [f"{name}.md"], resolve_link=lambda path: "/x/"
)
Maker = Callable[[int], str]


def _some(size: int, make: Callable[[int], str]) -> str:
    """Join what a growing number makes until there is enough."""
    parts: list[str] = []
    length = 0
    while length < size:
        parts.append(make(len(parts)))
        length += len(parts[-1])
    return "".join(parts)


# What is repeated alone, as one long line or as many lines.
REPEATED = (
    ">", "> ", "- ", "1. ", "- > ", "*a ", "*a **a ", "_a __a ", "~~a ", "[", "![", "[a](", "[a](<b", "`", "a`b``c```", "&", "&amp;", "&nbsp;",
    "\\", "<", "<a ", "<!--", "<?", "<![CDATA[", '<a href="', "<b>", "<b> a\n", "<div>\n\n", "http://a", "www.", "a@", "a@b.co ", "a@b.co,", "a.a-", ":::", "::: a\n", ":::: a\n",
    "::: question\na\n\n- [ ] a\n- [x] b\n:::\n\n", "\n", " ", "\t", "a\n: ", "a\n: b\n\n", "# a\n", "## a\n", "###### a\n## b\n", "a\n=\n", "* ", '[a](b "', '[a]: b "', "[a]:\n",
    "[^1]", "[^1] *x* ", "[^1]: x\n", "- [ ] a\n", "|", "a|b\n-|-\nc|d\n\n", "![a](b.png)", '![a](b.png "c")\n\n', "[a](b.md)", "[a](javascript:x)", "[a](javascript:x)\n", "[]()", "[]()\n",
    "[a](#b)", "TODO ", "TODO\n", "TODO *x* ", "> [!NOTE]\n> a\n\n", "\x01", "```python\nx=1\n```\n\n", "~~~\n", "***a***", "a\\\n", "\u202e", "\U0001f600", "&#x10ffff;", "[a][b]", "[a]\n", '"', "(", "{", "$",
    "$a$", "$$", "$$\na\n$$\n", "$a", "\\(", "\\(a\\)", "\\[\n", "$\\frac{", "$'$", "```math\na\n```\n", "[[", "[[a]]", "[[a]]\n", "![[a.png|30]]", "![[a]]", "[[#a]]", "[[a|",
    "> [!info]- a\n> b\n\n", "> [!a]\n", "[!a]", ":::tip a\nb\n:::\n", "## a {#b}\n", "## a {#b", "{#a}", "{: .a}\n", "{a=b ", "{a=b.c ", "![a](b.png){width=3}", "a==b", "==a==", "==",
    "a~b~", "a^b^", "^", ":a", ":smile: ", "%%", "%%a%% ", "%%\n\n", "{{<", "{{< a >}}", "{{< youtube a", "{%", "{% a %}", "*[a]: b\n", "*[", "[embed]http://a[/embed] ", "[caption ",
    "<iframe src=//youtu.be/aaaaaaaaaaa>", "<iframe ", "!!! a\n", "统", "統計 ", "```java\n\n```\n", "```c\nx \n```\n", "<details>\n<summary>a</summary>\n",
)  # fmt: skip

SHAPED: dict[str, Maker] = {
    "comments without an end": lambda size: "|-|\n>" + "<!--" * (size // 4),
    "anchors between blocks": lambda size: "a\n\n" + "[a](<b[a](<b&#1;</p>" * (size // 20),
    "unknown tags, each another": lambda size: NL.join(f"<x{number}>" for number in range(size // 8)),
    "emphasis closed": lambda size: "*a **a " * (size // 14) + " a** a*" * (size // 14),
    "stars": lambda size: "*" * (size // 2) + "a" + "*" * (size // 2),
    "stars and bars": lambda size: "*_" * (size // 4) + "a" + "_*" * (size // 4),
    "deep emphasis": lambda size: ("*a " * 800 + "b" + "*" * 800 + NL * 2) * (size // 3203),
    "brackets closed": lambda size: "[" * (size // 2) + "a" + "]" * (size // 2),
    "links in links": lambda size: "[" * (size // 6) + "a" + "](b)" * (size // 6),
    "images in images": lambda size: "![" * (size // 8) + "a" + "](b)" * (size // 8),
    "longer and longer code": lambda size: _some(size, lambda n: "e" + "`" * n),
    "parentheses of a URL": lambda size: "http://a" + ")" * size,
    "open parentheses of a URL": lambda size: "http://a" + "(" * size,
    "wide table": lambda size: "|".join("a" * (size // 4)) + NL + "|".join("-" * (size // 4)) + NL,
    "long table": lambda size: "|".join("a" * 55) + NL + "|".join("-" * 55) + NL + "a\n" * (size // 4),
    "called notes": lambda size: "[^1]" * (size // 4) + NL * 2 + "[^1]: x",
    "many notes": lambda size: (
        _some(size // 2, lambda n: f"[^{n}]") + NL * 2 + _some(size // 2, lambda n: f"[^{n}]: x\n")
    ),
    "notes in notes": lambda size: _some(size, lambda n: f"[^{n}]: [^{n + 1}]\n") + "\n[^0]",
    "notes never called": lambda size: _some(size, lambda n: f"[^{n}]: x\n"),
    "calls without notes": lambda size: _some(size, lambda n: f"[^{n}] *x* "),
    "notes after code": lambda size: (
        "```\nx\n```\n" * (size // 20) + _some(size // 2, lambda n: f"[^{n}]: x\n")
    ),
    "references": lambda size: (
        _some(size // 2, lambda n: f"[a{n}]: x\n") + NL + _some(size // 2, lambda n: f"[a{n}]")
    ),
    "one long reference": lambda size: "[a]: " + "x" * 9999 + NL * 2 + "[a]" * (size // 3),
    "longer containers": lambda size: _some(size, lambda n: ":" * (n + 3) + " a\n"),
    "shorter containers": lambda size: "".join(
        ":" * n + " a\n" for n in range(int((2 * size) ** 0.5), 2, -1)
    ),
    "definition in definition": lambda size: "a\n" + ": " * (size // 2) + "b",
    "indented list": lambda size: _some(size, lambda n: "  " * n + "- a\n"),
    "indented at the limit": lambda size: _some(size, lambda n: " " * min(n, 190) + "- " * 30 + "a\n"),
    "mixed at the limit": lambda size: _some(size, lambda n: "  " * min(n, 95) + "- > " * 5 + "a\n"),
    "lazy quote": lambda size: "> " * 30 + NL + "a\n" * (size // 2),
    "quotes at the limit": lambda size: (">" * 30 + "a\n") * (size // 32),
    "lists at the limit": lambda size: ("- " * 30 + "a\n") * (size // 62),
    "items of a case": lambda size: (
        ":::: case a\na\n\n" + "::: card b\na\n\n---\n\nb\n:::\n" * min(size // 24, 198) + "::::"
    ),
    "cases in cases": lambda size: NL.join(
        ":" * (200 - n) + " case a\na\n" for n in range(min(size // 200, 190))
    ),
    "steps": lambda size: "::: order a\nb\n\n" + "1. a\n" * (size // 5) + "\nc\n:::",
    "gaps": lambda size: "::: cloze a\n" + "==a== " * (size // 6) + "\n:::",
    "definitions of a term": lambda size: "::: term a\nb\n" + ": c\n" * (size // 4) + ":::",
    "backs of a card": lambda size: "::: card a\nb\n" + "\n---\n\nc\n" * (size // 9) + ":::",
    "options": lambda size: "::: question\na\n\n" + "- [ ] a\n" * (size // 8) + ":::",
    "HTML late in a line": lambda size: "x" * (size // 2) + "<b>" * (size // 6),
    "links late in a line": lambda size: "x" * (size // 2) + "[a]()" * (size // 10),
    "bad links late in a line": lambda size: "x" * (size // 2) + "[a](javascript:x)" * (size // 34),
    "broken anchors": lambda size: _some(size // 3, lambda n: f"## {n}\n") + "[a](#b)" * (size // 16),
    "python": lambda size: "```python\n" + "@@" * (size // 2) + "\n```",
    "html": lambda size: "```html\n" + "&" * size + "\n```",
    "css": lambda size: "```css\n" + '"\\' * (size // 2) + "\n```",
    "perl": lambda size: "```perl\n" + "s{" * (size // 2) + "\n```",
    "formula in braces": lambda size: "$" + "{" * (size // 2) + "}" * (size // 2) + "$",
    "braces at a formula's limit": lambda size: ("$" + "{" * 990 + "}" * 990 + "$ ") * (size // 1983),
    "fractions at a formula's limit": lambda size: (
        ("$" + r"\frac{" * 280 + "}" * 280 + "$ ") * (size // 1963)
    ),
    "commands of its own": lambda size: r"$\def\a{\a\a}\a$ " * (size // 17),
    "primes": lambda size: ("$" + "'" * 1998 + "$ ") * (size // 2001),
    "abbreviations": lambda size: _some(size // 2, lambda n: f"*[a{n}]: b\n") + "\n" + "a7 " * (size // 6),
    "comparisons": lambda size: "x==1 " * (size // 5),
    "callouts at the limit": lambda size: (
        "".join("> " * n + "[!a]- b\n" for n in range(1, 30)) * (size // 1200)
    ),
    "folded in folded": lambda size: "<details>\n\n" * (size // 12),
    "java": lambda size: "```java\n" + "\n" * 1990 + "\n```\n" * 2,
    "c": lambda size: ("```c\na" + " " * 1990 + "\n```\n") * 3,
    "csharp": lambda size: ("```c#\n" + "a\n" * 990 + "\n```\n") * 3,
    "scala": lambda size: "```scala\n" + '"\\' * (size // 2) + "\n```",
    "javascript at the limit": lambda size: "```js\n" + '"\\' * 2990 + "\n```",
}


def _long(part: str) -> Maker:
    return lambda size: part * (size // len(part))


def _lines(part: str) -> Maker:
    line = part * max(8, 24 // len(part)) + NL
    return lambda size: line * (size // len(line))


CASES: dict[str, Maker] = {
    **{f"{part!r} again and again": _long(part) for part in REPEATED},
    **{f"{part!r} in lines": _lines(part) for part in REPEATED if NL not in part},
    **SHAPED,
}


def main(size: int) -> None:
    """Render every case and say so: the case that is missing at the end is the one that hurt."""
    for name, make in CASES.items():
        text = make(size)[:size]
        if size <= limits.CHARACTERS:
            text = NL.join(text.split(NL)[: limits.LINES])
        rendered = render(text)
        for_feed(rendered.html, "https://carrel.test/articles/x/")
        with_formulas = render(text, EVERYTHING)
        for_feed(with_formulas.html, "https://carrel.test/articles/x/")
        codes = sorted({problem.code for problem in (*rendered.problems, *with_formulas.problems)})
        sys.stdout.write(f"{name}\t{len(text)}\t{len(rendered.html)}\t{','.join(codes)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
