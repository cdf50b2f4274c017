"""Practice questions: everything a reader meets, and every mistake an author can make."""

import pytest

from articles.render import RenderContext, render

GOOD = """\
::: question
Which review **is** this?

- [ ] Prospective

  It comes before the care.

- [x] Concurrent

  Right. The stay is under way.
  - and a list

- [ ] *Retro*spective

  It waits.
:::
"""


def codes(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in render(text).problems]


def test_a_question_opens_without_a_script_and_gives_a_reason_for_every_option() -> None:
    rendered = render(GOOD)
    assert rendered.problems == ()
    assert rendered.html == (
        '<section class="question" id="question-1" aria-label="Practice question 1">\n'
        '<div class="ask"><p class="number">Question 1</p>\n'
        "<p>Which review <strong>is</strong> this?</p>\n</div>\n"
        '<details><summary><span class="letter">A</span> Prospective</summary>\n'
        '<div class="why no"><p class="verdict">Incorrect</p>\n<p>It comes before the care.</p>\n</div></details>\n'
        '<details><summary><span class="letter">B</span> Concurrent</summary>\n'
        '<div class="why yes"><p>Right. The stay is under way.</p>\n<ul>\n<li>and a list</li>\n</ul>\n</div></details>\n'
        '<details><summary><span class="letter">C</span> <em>Retro</em>spective</summary>\n'
        '<div class="why no"><p class="verdict">Incorrect</p>\n<p>It waits.</p>\n</div></details>\n\n</section>\n'
    )


def test_questions_are_numbered_through_the_article_and_can_be_linked() -> None:
    rendered = render(f"{GOOD}\n\nx\n\n{GOOD}\n[see](#question-2)\n")
    assert rendered.questions == 2
    assert {"question-1", "question-2"} <= rendered.anchors
    assert 'aria-label="Practice question 2"' in rendered.html
    assert rendered.problems == ()


def test_search_finds_the_words_of_a_question_but_not_its_letters_and_verdicts() -> None:
    (block,) = render(GOOD).blocks
    text = render(GOOD).text
    assert block.kind == "question"
    assert text == (
        "Which review is this? Prospective It comes before the care. Concurrent Right. The stay is under way. "
        "and a list Retrospective It waits."
    )


def test_two_right_options_are_a_choose_two() -> None:
    assert codes(GOOD.replace("[ ] Pro", "[x] Pro")) == []


def test_a_tight_option_keeps_its_inline_words_and_lacks_a_reason() -> None:
    rendered = render("::: question\nx?\n\n- [ ] a *b* `c`\n- [x] d\n:::\n", RenderContext(first_line=20))
    assert '<span class="letter">A</span> a <em>b</em> <code>c</code></summary>' in rendered.html
    assert [(problem.line, problem.code) for problem in rendered.problems] == [
        (23, "question-no-reason"),
        (24, "question-no-reason"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("[x]", "[ ]", (1, "question-no-answer")),
        ("[ ]", "[x]", (1, "question-no-wrong")),
        ("  It waits.\n", "", (13, "question-no-reason")),
        ("- [ ] Pro", "- Pro", (4, "question-no-box")),
        ("- [ ] Prospective", "- [ ] ![](a.png)", (4, "alt-missing")),
        ("Which review **is** this?\n", "", (1, "question-prompt")),
        (":::\n", ":::\n", None),
        ("\n:::\n", "\n\nMore words.\n:::\n", (17, "question-after")),
        ("\n:::\n", "\n", (1, "container-open")),
        ("::: question", "::: quiz", (1, "container-unknown")),
        ("::: question", "::: question now", (1, "container-unknown")),
    ],
)
def test_every_mistake_in_a_question_has_its_line_and_its_name(
    before: str, after: str, expected: tuple[int, str] | None
) -> None:
    assert before in GOOD
    reported = codes(GOOD.replace(before, after))
    assert reported == [] if expected is None else expected in reported


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("::: question\nx?\n:::\n", "question-options"),
        ("::: question\nx?\n\n- a\n- b\n:::\n", "question-options"),
        ("::: question\nx?\n\n- [x] a\n\n  b\n:::\n", "question-few-options"),
        ("::: question\nx?\n\n- [x] a\n\n  b\n- [ ]\n\n  c\n:::\n", "question-no-reason"),
        ("a\n\n:::\n\nb\n", "container-unknown"),
    ],
)
def test_half_a_question_is_a_mistake(text: str, code: str) -> None:
    assert code in [name for _, name in codes(text)]


def test_letters_go_on_after_the_alphabet() -> None:
    options = "".join(f"- [{'x' if n else ' '}] o{n}\n\n  r\n\n" for n in range(28))
    html = render(f"::: question\nx?\n\n{options}:::\n").html
    assert '<span class="letter">Z</span>' in html
    assert '<span class="letter">BB</span> o27' in html


def test_an_option_may_be_an_image_that_says_what_it_shows() -> None:
    options = "- [ ] ![a chart](a.png)\n\n  b\n\n- [x] c\n\n  ![why](d.png)\n"
    assert codes(f"::: question\nx?\n\n{options}:::\n") == []
