"""An article's HTML for mail programs."""

import re

import pytest

from newsletter.issues.mail_html import with_mail_elements

HEAD = "<thead><tr><th>{}</th></tr></thead>"
FITS = ("Code", "Fee"), ("99213", "$92.05")
WIDE = (
    ("CPT code", "Description", "Rule", "Fee"),
    ("99213", "Established patient", "Authorization needed", "$92.05"),
)
TOO_WIDE = (
    tuple(f"Column_{n}_name" for n in range(6)),
    tuple(f"<em>Value_{n}_long</em> text" for n in range(6)),
)


def table(head: tuple[str, ...], *rows: tuple[str, ...]) -> str:
    cells = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def test_elements_that_programs_drop_become_others() -> None:
    html = with_mail_elements(
        '<figure><img src="a.png" alt="x"><figcaption>A</figcaption></figure><p><mark>b</mark> c</p>'
    )
    assert html == (
        '<div class="figure"><img src="a.png" alt="x"><div class="caption">A</div></div><p><span class="mark">b</span> c</p>'
    )


def test_a_table_that_fits_a_phone_stays_as_it_is() -> None:
    assert with_mail_elements(table(*FITS)) == table(*FITS)


def test_a_wider_one_can_stack_each_cell_with_the_name_of_its_column() -> None:
    html = with_mail_elements(table(*WIDE))
    assert html.startswith('<table class="wide"><thead><tr class="names">')
    assert '<td><span class="column">Fee: </span>$92.05</td>' in html
    widths = [int(width) for width in re.findall(r'<th width="(\d+)%">', html)]
    assert 98 <= sum(widths) <= 102
    assert widths[2] == max(widths)
    assert 536 * min(widths) / 100 > 15 * 0.6 * len(
        "$92.05"
    )  # pixels: no word of the narrowest column is cut


def test_one_too_wide_for_any_mail_is_lines_and_loses_no_word() -> None:
    html = with_mail_elements(f"<p>before</p>{table(*TOO_WIDE, TOO_WIDE[1])}<p>after</p>")
    assert "<table" not in html
    assert html.count('<div class="row">') == 2
    assert "<div><strong>Column_5_name: </strong><em>Value_5_long</em> text</div>" in html
    assert html.endswith("</div><p>after</p>")


@pytest.mark.parametrize("html", ["<table></table>", "<table><tr></tr></table>", "loose <b>text</b>", ""])
def test_what_is_no_proper_table_is_no_error(html: str) -> None:
    assert re.sub("<[^>]*>", "", with_mail_elements(html)) == re.sub("<[^>]*>", "", html)


def test_a_row_longer_than_its_head_keeps_all_its_cells() -> None:
    head, row = TOO_WIDE
    html = with_mail_elements(table(head, (*row, "one more")))
    assert "<div><strong></strong>one more</div>" in html
