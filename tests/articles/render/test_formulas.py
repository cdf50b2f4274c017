"""Formulas: TeX becomes MathML where the author says so, and money stays money everywhere else."""

import pytest

from articles.build.summary import make_summary
from articles.render import RenderContext, Rendered, for_feed, render
from articles.render.formulas import LONGEST

MATH = RenderContext(first_line=5, math=True)
FRACTION = '<math alttext="\\frac{n}{2}"><mfrac><mi>n</mi><mn>2</mn></mfrac></math>'


def codes(rendered: Rendered) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.code, problem.level) for problem in rendered.problems]


@pytest.mark.parametrize("text", ["$\\frac{n}{2}$", "\\(\\frac{n}{2}\\)", "$`\\frac{n}{2}`$"])
def test_a_formula_in_a_line_is_mathml(text: str) -> None:
    assert render(f"Cost {text}, so.", MATH).html == f"<p>Cost {FRACTION}, so.</p>\n"


@pytest.mark.parametrize(
    "text", ["$$\nx\n$$", "$$x$$", "\\[\nx\n\\]", "\\[x\\]", "```math\nx\n```", "> $$\n> x\n> $$"]
)
def test_a_formula_of_its_own_scrolls_by_keyboard(text: str) -> None:
    box = '<div class="formula" tabindex="0"><math alttext="x" display="block"><mi>x</mi></math></div>'
    assert box in render(text, MATH).html


def test_backslashes_of_a_formula_are_its_own() -> None:
    rendered = render(
        "A set $\\{a, b\\}$.\n\n$$\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n$$\n", MATH
    )
    assert rendered.problems == ()
    assert rendered.html.count("<mtr>") == 2
    assert '<mo stretchy="false">{</mo>' in rendered.html
    assert " style=" not in rendered.html


def test_lines_of_a_formula_are_no_list_and_no_heading() -> None:
    html = render("$$\na\n- b\n\n= c\n\n# d\n$$", RenderContext(math=True)).html
    assert "<li>" not in html
    assert "<h1" not in html


def test_signs_in_code_are_no_formula() -> None:
    html = render("`$a$` and\n\n```sh\n$$\necho $a$\n$$\n```\n", MATH).html
    assert "<math" not in html
    assert html.count("$$") == 2


@pytest.mark.parametrize(
    "text", ["It is $147.20 of the $50 limit.", "From $5 to $10.", "\\$5 and \\$6", "$ 5 $"]
)
@pytest.mark.parametrize("math", [False, True])
def test_money_is_money_whatever_is_said_of_formulas(text: str, *, math: bool) -> None:
    rendered = render(text, RenderContext(math=math))
    assert rendered.text == text.replace("\\", "")
    assert rendered.problems == ()


def test_without_the_word_a_formula_is_text_and_a_warning_says_how() -> None:
    rendered = render("a\n\nRate $\\frac{a}{b}$ and $$c$$", RenderContext(first_line=5))
    assert "<math" not in rendered.html
    assert codes(rendered) == [(7, "leftover-markup", "warning")]
    assert "math: true" in rendered.problems[0].hint


@pytest.mark.parametrize(
    ("tex", "line", "words"),
    [
        ("a $\\frac{b$ c", 5, "Expected closing token"),
        ("a\n\n$$\nb\n\\oops c\n$$", 9, "\\oops"),
        ("a\nb $c\n\\oops$", 6, "\\oops"),
        ("a\n\n```math\n\\oops\n```", 8, "\\oops"),
        ("$\\def\\a{b}\\a$", 5, "\\def"),
        ("$" + "a" * (LONGEST + 1) + "$", 5, "characters"),
        ("$" + "\\sqrt{" * 280 + "}" * 280 + "$", 5, "too deeply"),
    ],
)
def test_a_formula_that_cannot_be_read_is_a_mistake_at_its_line(tex: str, line: int, words: str) -> None:
    rendered = render(tex, MATH)
    assert codes(rendered) == [(line, "math", "error")]
    assert words in rendered.problems[0].message


def test_a_line_below_the_last_row_is_no_row() -> None:
    html = render("$\\begin{array}{|c|}\\hline a \\\\ \\hline \\end{array}$", MATH).html
    assert '<mtable class="rule-left rule-top rule-bottom"' in html.replace(
        'displaystyle="false" scriptlevel="0" ', ""
    )
    assert html.count("<mtr>") == 1


def test_equations_are_numbered_through_the_article() -> None:
    html = render(
        "$$\n\\begin{equation}a\\end{equation}\n$$\n\n$$\n\\begin{equation}b\\end{equation}\n$$", MATH
    ).html
    assert [html.count(f"<mtext>({number})</mtext>") for number in (1, 2, 3)] == [1, 1, 0]


def test_search_feeds_and_summaries_have_the_tex() -> None:
    rendered = render("Cost $\\frac{n}{2}$, so.", MATH)
    assert rendered.text == "Cost \\frac{n}{2}, so."
    assert for_feed(rendered.html, "https://x.test/") == "<p>Cost <code>\\frac{n}{2}</code>, so.</p>"
    block = for_feed(render("$$\na\n+ b\n$$", MATH).html, "https://x.test/")
    assert block == "<pre><code>a\n+ b</code></pre>"
    assert make_summary(rendered.blocks, "Title") == "Cost \\frac{n}{2}, so."


def test_a_formula_beside_html_of_the_author_is_one_too() -> None:
    html = render("<kbd>a</kbd> $x$ <span data-math-style='inline'>y</span>\n\n$$\nz\n$$", MATH).html
    assert html.count("<math") == 2
    assert "<span>y</span>" in html


def test_a_formula_in_a_heading_is_words_in_the_contents() -> None:
    rendered = render("## The $\\chi^2$ test", MATH)
    assert rendered.headings[0].text == "The \\chi^2 test"
    assert "<msup>" in rendered.html


def test_an_authors_own_preformatted_text_may_hold_several_formulas() -> None:
    assert render("A <pre>$a$ and $b$", MATH).html.count("<math") == 2
