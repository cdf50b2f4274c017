"""Tables, notes, task lists, definitions, and the blocks between which a slot may stand."""

import pytest

from articles.render import render

TABLE = "| Review | When *x* |\n|:--|--:|\n| **Pro** | before |\n| **Con** | during |\n"


def test_a_table_scrolls_by_keyboard_and_names_its_heads() -> None:
    assert render(TABLE).html == (
        '<div class="table" role="region" aria-label="Table: Review, When x" tabindex="0"><table>\n<thead>\n<tr>\n'
        '<th scope="col" class="left">Review</th>\n<th scope="col" class="right">When <em>x</em></th>\n'
        '</tr>\n</thead>\n<tbody>\n<tr>\n<th class="left" scope="row"><strong>Pro</strong></th>\n'
        '<td class="right">before</td>\n</tr>\n<tr>\n<th class="left" scope="row"><strong>Con</strong></th>\n'
        '<td class="right">during</td>\n</tr>\n</tbody>\n</table></div>\n'
    )


def test_in_plain_text_two_cells_are_not_one_sentence() -> None:
    rendered = render("| Box | Who pays |\n|--|--|\n| I want it | She *pays* |\n")
    assert rendered.text == "Box; Who pays; I want it; She pays;"
    assert ";" not in rendered.html


def test_a_first_column_that_is_not_wholly_bold_has_no_heads() -> None:
    assert 'scope="row"' not in render(TABLE.replace("**Con**", "**Con** tent")).html


def test_a11y_01_an_empty_corner_is_no_head_and_the_column_under_it_heads_the_rows() -> None:
    html = render("| | Then |\n|--|--|\n| Before | a |\n| | b |\n").html
    assert html == (
        '<div class="table" role="region" aria-label="Table: Then" tabindex="0"><table>\n<thead>\n<tr>\n'
        '<td></td>\n<th scope="col">Then</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n'
        '<th scope="row">Before</th>\n<td>a</td>\n</tr>\n<tr>\n<td></td>\n<td>b</td>\n</tr>\n'
        "</tbody>\n</table></div>\n"
    )


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_an_admonition_is_a_note_with_its_title(kind: str) -> None:
    html = render(f"> [!{kind.upper()}]\n> x").html
    assert html == (
        f'<div class="note note-{kind}" role="note">\n<p class="note-title">{kind.title()}</p>\n<p>x</p>\n</div>\n'
    )


def test_an_admonition_may_have_its_own_title() -> None:
    assert '<p class="note-title">In practice</p>' in render("> [!TIP] In practice\n> x").html


def test_boxes_of_a_task_list_have_names_and_cannot_be_used() -> None:
    html = render("- [ ] a\n- [x] b").html
    assert html == (
        '<ul class="tasks">\n<li class="task"><input type="checkbox" disabled="" aria-label="Not done"> a</li>\n'
        '<li class="task"><input type="checkbox" checked="" disabled="" aria-label="Done"> b</li>\n</ul>\n'
    )


def test_definitions_and_struck_words_are_kept() -> None:
    assert render("Term\n: Meaning ~~old~~").html == (
        "<dl>\n<dt>Term</dt>\n<dd>Meaning <del>old</del></dd>\n</dl>\n"
    )


def test_every_top_level_block_says_what_it_is_and_where_it_began() -> None:
    text = f"a b\n\n## c\n\n- d\n\n1. e\n\n{TABLE}\n```\nf\n```\n\n> [!TIP]\n> g\n\n> h\n\nt\n: i\n\n***\n\n![x](y.png)\n"
    rendered = render(text)
    assert [(block.kind, block.line) for block in rendered.blocks] == [
        ("paragraph", 1), ("heading", 3), ("list", 5), ("list", 7), ("table", 9), ("code", 14),
        ("admonition", 18), ("quote", 21), ("definitions", 23), ("rule", 26), ("figure", 28),
    ]  # fmt: skip
    assert rendered.html == "".join(block.html for block in rendered.blocks)
    assert [block.words for block in rendered.blocks[:3]] == [2, 1, 1]
    assert rendered.words == sum(block.words for block in rendered.blocks) == len(rendered.text.split())


def test_every_block_stands_alone() -> None:
    for block in render(f"- a\n\n  {TABLE}\n\n> b\n>\n> ```\n> c\n").blocks:
        tag = block.html[1:].split(">")[0].split()[0]
        assert block.html.rstrip().endswith(f"</{tag}>")


@pytest.mark.parametrize(("words", "minutes"), [(1, 1), (220, 1), (700, 3), (1100, 5)])
def test_reading_takes_a_minute_for_220_words(words: int, minutes: int) -> None:
    assert render("word " * words).reading_minutes == minutes


def test_nothing_renders_to_nothing() -> None:
    rendered = render("")
    assert (rendered.html, rendered.words, rendered.reading_minutes, rendered.problems) == ("", 0, 1, ())


LOST = "| a | b |\n|--|--|\n"


@pytest.mark.parametrize(
    "row", ["| `x | y` | 2 |", "1 | 2 | 3", "| 1 | 2 | 3 |", r"| 1 | 2 \| 2 | 3 |", "| 1 | 2 | |"]
)
def test_cells_that_the_page_loses_are_warned_of(row: str) -> None:
    (problem,) = render(f"Text.\n\n{LOST}| 1 | 2 |\n{row}\n").problems
    assert (problem.code, problem.level, problem.line) == ("cells-lost", "warning", 6)


@pytest.mark.parametrize(
    "row", ["| 1 | 2 |", "1 | 2", "| 1 | 2", "1 | 2 |", "| 1 |", r"| `x \| y` | 2 |", "|"]
)
def test_rows_with_as_many_cells_as_the_head_or_fewer_are_not(row: str) -> None:
    assert render(f"{LOST}{row}\n").problems == ()


def test_lost_cells_are_found_inside_quotes_and_lists() -> None:
    for before in ("> ", "- "):
        lines = [
            f"{before if n == 0 or before == '> ' else '  '}{line}"
            for n, line in enumerate([*LOST.splitlines(), "| 1 | 2 | 3 |"])
        ]
        assert [problem.line for problem in render("\n".join(lines)).problems] == [3]
