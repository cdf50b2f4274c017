"""Every word that an author writes where readers would see it is on the page, whatever surrounds it."""

from pathlib import Path

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.build.build_article import BuildContext, build_article
from articles.build.site_urls import SiteUrls
from articles.loading.markdown_file import BodySource

CONTEXT = BuildContext(
    Path("/nowhere"), SiteUrls({"x/one.md": "/articles/one/", "x/b/index.md": "/articles/b/"}), None, 0
)

# `@` is where a word stands that readers must find again.
INLINE = [
    "@", "*@*", "**@**", "~~@~~", "`@`", "``@ ` @``", "[@](https://example.org/)", "[@](b/)", "[@](/how/none/)",
    "[@](none.md)", "[@]()", "[@](ftp://example.org/)", "[@](xref:y)", "[@](javascript:x)", "[@](//example.org)",
    "![@](https://example.org/a.png)", "[![@](//example.org/a.png)](b/)", "![@]()", "![@](none.png)", "<kbd>@</kbd>",
    "<span class=x>@</span>", "<font color=red>@</font>", "<region>@</region>", "<button>@</button>", "<b>@", "@</i>",
    "<a name=x>@</a>", "<center>@</center>", "@<br>@", "&lt;@&gt;", "\\*@\\*", "@ & @", "<u>*@*</u>", "[^@]", "[@]", "$@$",
    "{{ @ }}", "<!-- gone --> @", "@^[@ and @]", "@ ^a1b2c3", "[!VIDEO @]", "<?php @ ?>", "<Tabs>@</Tabs>",
]  # fmt: skip
BLOCKS = [
    "{}", "# {}", "## {}", "###### {}", "{}\n===", "> {}", "> [!NOTE]\n> {}", "- {}\n- {}", "1. {}\n   {}", "- [x] {}",
    "| {} | {} |\n|---|---|\n| {} | {} |", "term\n: {}", "    {}", "```python\n{}\n```", "```\n{}\n```", "<div>\n\n{}\n\n</div>",
    "<details><summary>{}</summary>\n\n{}\n\n</details>", "<table><tr><td>{}</td></tr></table>", "<p align=center>{}</p>",
    "{}[^1]\n\n[^1]: {}", "***\n{}", "<section>\n{}\n</section>", "<ul><li>{}</ul>", "<h1>{}</h1>", "::: question\n{}\n\n- [x] {}\n\n  {}\n\n- [ ] {}\n\n  {}\n:::",
    "::: other\n{}\n:::", "> [!TIP]- *{}*\n> {}", "::: {.note}\n{}\n:::", "::: details {}\n{}\n:::",
    "<![CDATA[ {} ]]>", "<picture><source srcset=a>{}</picture>", "::: question a\n{}\n\n> [!TIP] {}\n> {}\n\n- [x] {}\n- [ ] {}\n\n{}\n\nSource: {}\n:::",
    "::: answer b\n{}\n\n- [x] {}\n\n  {}\n- {}\n\n{}\n:::", "::: order c\n{}\n\n1. {}\n2. {}\n\n   {}\n\n{}\n\n1. {}\n:::",
    "::: cloze d\n{} =={}== {}\n\n---\n\n{}\n\n---\n\n{}\n:::", "::: card e\n{}\n\n---\n\n{}\n\nSources: {}\n:::",
    "::: term f\n{}\n: {}\n  - {}\n\n{}\n:::", "::: term g\n{}\n: {}\n:::", "::: term\n{}\n\n: {}\n\n  {}\n:::",
    "::: cloze h\n{}\n{}\n:::", ":::: case i\n{}\n\n::: card j\n{}\n:::\n\n{}\n::::", "::: card\n{}\n---\n{}\n:::",
]  # fmt: skip

# Mistakes that say that words are not shown.
_NAMED = {"footnote-duplicate", "footnote-unused", "html-before-fence"}


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text, and its words, of which no two are alike."""
    words: list[str] = []

    def word() -> str:
        words.append(f"word{len(words)}q")
        return words[-1]

    def inline() -> str:
        return "".join(word() if part == "@" else part for part in draw(st.sampled_from(INLINE)))

    blocks = ["".join(f"{part}{inline()}" for part in block.split("{}")[:-1]) + block.split("{}")[-1]
              for block in draw(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=5))]  # fmt: skip
    return "\n\n".join(blocks), words


@pytest.mark.sweep
@settings(max_examples=300, deadline=None)
@given(documents())
def test_no_word_is_lost(document: tuple[str, list[str]]) -> None:
    text, words = document
    built = build_article(CONTEXT, BodySource("x/a.md", text, 1))
    page = str(lxml.html.document_fromstring(f"<div>{built.html}</div>").xpath("string()"))
    if _NAMED.isdisjoint(problem.code for problem in built.problems if problem.level == "error"):
        assert [word for word in words if word not in page] == []
        assert [word for word in words if word not in built.text] == []
