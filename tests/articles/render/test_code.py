"""Fenced code."""

import pytest

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
    assert "<span" not in render("```scala\nval x = 1\n```").html


def test_con_10_code_beyond_the_budget_stays_plain() -> None:
    first = "x = 1\n" * (code.MAX_CHARACTERS // 6)
    html = render(f"```python\n{first}```\n\n```python\nyy = 2\n```").html
    assert '<span class="n">x</span>' in html
    assert "<code>yy = 2" in html


@pytest.mark.parametrize("name", sorted(code.LANGUAGES | code.SLOWER_LANGUAGES))
def test_every_language_of_the_list_has_a_lexer(name: str) -> None:
    assert code.lexer_for(name) is not None


@pytest.mark.parametrize(
    "info",
    ["java", "Java", "c", "c++", "cpp", "c#", "csharp", "go", "typescript", "ts", "powershell", "PowerShell", "r", "php", "rust",
     "{.java}", "java {1,2}", "java{1}", "go:main.go", 'python title="a.py"'],
)  # fmt: skip
def test_what_people_name_a_language_is_understood(info: str) -> None:
    assert '<span class="' in render(f'```{info}\nreturn 1; // if (x) "y"\n```').html


def test_con_10_a_long_block_of_a_slower_language_stays_plain() -> None:
    block = "int x;\n" * (code.MAX_OF_SLOWER // 6)
    assert "<span" not in render(f"```java\n{block}```").html


def test_a_pattern_in_colored_code_is_no_footnote() -> None:
    assert (
        render('```python\nre.sub(r"[^a-z0-9]+", "-", x)\n```\n\n```sh\ngrep \'[^0-9]\' f\n```\n').problems
        == ()
    )


def test_php_needs_no_opening_tag() -> None:
    assert '<span class="k">echo</span>' in render("```php\necho 1;\n```").html
    assert '<span class="cp">&lt;?php</span>' in render("```php\n<?php\necho 1;\n```").html
