"""Typographic quotes and dashes, where the exam wants them."""

import pytest

from articles.render import RenderContext, render


@pytest.mark.parametrize(
    ("quotes", "html"),
    [
        ("", '"Hi" -- it\'s... '),
        ("“”", "“Hi” – it’s… "),
        ("„“", "„Hi“ – it’s… "),
        ("«»", "«Hi» – it’s… "),
        ("«\u00a0\u00a0»", "«&nbsp;Hi&nbsp;» – it’s… "),
    ],
)
def test_quotes_are_those_of_the_language(quotes: str, html: str) -> None:
    assert (
        render('"Hi" -- it\'s... **x**', RenderContext(quotes=quotes)).html
        == f"<p>{html}<strong>x</strong></p>\n"
    )


def test_an_authors_own_quotes_stay() -> None:
    assert render('„Wort“ and "word"', RenderContext(quotes="«»")).text == "„Wort“ and «word»"


def test_code_formulas_and_html_keep_theirs() -> None:
    context = RenderContext(quotes="„“", math=True)
    html = render('`"a" -- b` $a--b$ <span lang="fr">"c"</span>\n\n```\n"d" --\n```', context).html
    assert '<code>"a" -- b</code>' in html
    assert 'alttext="a--b"' in html
    assert '<span lang="fr">„c“</span>' in html
    assert '"d" --' in html
