"""Fenced code."""

from articles.render import code, render


def test_code_of_a_known_language_is_colored_by_classes() -> None:
    html = render("```python\ndef f(): return '<b>'\n```").html
    assert html.startswith('<pre class="code" tabindex="0"><code><span class="k">def</span>')
    assert "style" not in html
    assert "&lt;b&gt;" in html


def test_code_of_an_unknown_language_is_plain() -> None:
    assert (
        render("```klingon x\na <b>\n```").html
        == '<pre class="code" tabindex="0"><code>a &lt;b&gt;\n</code></pre>\n'
    )


def test_indented_code_is_plain_and_keeps_its_spaces() -> None:
    assert render("    a\n      b\n").html == '<pre class="code" tabindex="0"><code>a\n  b\n</code></pre>\n'


def test_code_keeps_every_character_when_colored() -> None:
    source = "\n\nif x:\n\ty = 1  # ü\n\n"
    assert render(f"```python\n{source}```").text == " ".join(source.split())


def test_con_10_a_language_whose_lexer_can_be_slow_stays_plain() -> None:
    assert "<span" not in render("```perl\nmy $x = 1;\n```").html


def test_con_10_code_beyond_the_budget_stays_plain() -> None:
    first = "x = 1\n" * (code.MAX_CHARACTERS // 6)
    html = render(f"```python\n{first}```\n\n```python\nyy = 2\n```").html
    assert '<span class="n">x</span>' in html
    assert "<code>yy = 2" in html
