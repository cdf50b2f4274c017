"""Markup of other programs is named once, with what to write instead."""

import pytest

from articles.render import RenderContext, render


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("{{< note >}}", "Hugo"), ("{{% note %}}x{{% /note %}}", "Hugo"), ("{% raw %}", "Liquid"), ("{{ page.title }}", "Liquid"),
        ("[caption id=a]b[/caption]", "WordPress"), ("[gallery ids=1]", "WordPress"), ("[[toc]]", "wiki"), ("[TOC]", "table of contents"),
        ("!!! note\n", "MkDocs"), ("??? note\n", "MkDocs"), ("```mermaid\na\n```", "Mermaid"), ("```dataview\na\n```", "Obsidian"),
        ("```math\na\n```", "TeX"),
    ],
)  # fmt: skip
def test_it_is_one_warning_at_its_first_line(text: str, owner: str) -> None:
    rendered = render(f"a\n\n{text}\n\nb\n\n{text}", RenderContext(first_line=5))
    (problem,) = rendered.problems
    assert (problem.line, problem.code, problem.level) == (7, "leftover-markup", "warning")
    assert owner in problem.message


@pytest.mark.parametrize(
    "text",
    ["`{{< note >}}` `{% a %}`", "```\n{{ a }}\n[TOC]\n!!! note\n```", "[caption](#)", "Wow!!! note", "${a}"],
)
def test_code_and_prose_are_not_named(text: str) -> None:
    assert "leftover-markup" not in [problem.code for problem in render(text).problems]
