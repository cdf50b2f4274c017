"""Markup of other programs is named once, with what to write instead."""

import pytest

from articles.render import RenderContext, render


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("{{< note >}}", "Hugo"), ("{{% note %}}x{{% /note %}}", "Hugo"), ("{% raw %}", "Liquid"), ("{{ page.title }}", "Liquid"),
        ("[caption id=a]b[/caption]", "WordPress"), ("[gallery ids=1]", "WordPress"), ("[[toc]]", "wiki"), ("[TOC]", "table of contents"),
        ("!!! note\n", "MkDocs"), ("??? note\n", "MkDocs"), ("```mermaid\na\n```", "Mermaid"), ("```dataview\na\n```", "Obsidian"),
        ("```math\na\n```", "TeX"), ("```d2\na -> b\n```", "D2"),
        ("```{note}\na\n```", "MyST"), ("[!INCLUDE [a](https://x.test/)]", "Microsoft"),
        ('> [!div class="a"]\n> b', "Microsoft"), (':::image source="a.png":::', "Microsoft"), ('=== "C"', "tabs"), ('--8<-- "a.md"', "snippet"),
        ("++ctrl+c++", "keys"), ("a :material-check:", "icon"), ("{--a--}{++b++}", "CriticMarkup"), ("import A from '@theme/A'", "MDX"),
        ("export const a = 1", "MDX"), ("\\begin{align}", "TeX"), ("| a | b |\n| 1 | 2 |", "a table"),
        ("+---+---+\n| a | b |\n+---+---+", "a table"), ("![a](my file.png)", "a picture"), ("![a](b.png =300x200)", "a picture"),
        ("[a](my file.md)", "a link"), ("##Heading", "a heading"),
    ],
)  # fmt: skip
def test_it_is_one_warning_at_its_first_line(text: str, owner: str) -> None:
    rendered = render(f"a\n\n{text}\n\nb\n\n{text}", RenderContext(first_line=5))
    (problem,) = rendered.problems
    assert problem.hint
    assert (problem.line, problem.code, problem.level) == (7, "leftover-markup", "warning")
    assert owner in problem.message


def test_a_table_whose_dashes_do_not_fit_is_named_where_they_stand() -> None:
    (problem,) = render("a\n\n| a | b | c |\n|---|---|\n| 1 | 2 |").problems
    assert (problem.line, problem.code) == (4, "leftover-markup")
    assert "a table" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "`{{< note >}}` `{% a %}`",
        "```\n{{ a }}\n[TOC]\n!!! note\n```",
        "[caption](#)",
        "Wow!!! note",
        "${a}",
        "a -- b",
        "A --- b",
        "C++ and ++i++",
        "`##x` C## and # x",
        "[1] (see below)",
        "[a](#b) [c](<d e.md>)",
        "It was === so.",
        "We import cars from 'X' today.",
        "| one bar",
        "a | b",
        "10:30:45",
        "[x](y z)",
        "#tag",
    ],
)
def test_code_and_prose_are_not_named(text: str) -> None:
    assert "leftover-markup" not in [problem.code for problem in render(text).problems]
