"""Practice questions: everything a reader meets, and every mistake an author can make."""

import pytest

from articles.render import RenderContext, render

GOOD = """\
::: question review-kinds
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
        '<section class="question" id="question-review-kinds" aria-label="Practice question 1">\n'
        '<div class="ask"><p class="number">Question 1<span id="question-1"></span></p>\n'
        "<p>Which review <strong>is</strong> this?</p>\n</div>\n"
        '<details><summary><span class="letter">A</span> Prospective</summary>\n'
        '<div class="why no"><p class="verdict">Incorrect</p>\n<p>It comes before the care.</p>\n</div></details>\n'
        '<details><summary><span class="letter">B</span> Concurrent</summary>\n'
        '<div class="why yes"><p>Right. The stay is under way.</p>\n<ul>\n<li>and a list</li>\n</ul>\n</div></details>\n'
        '<details><summary><span class="letter">C</span> <em>Retro</em>spective</summary>\n'
        '<div class="why no"><p class="verdict">Incorrect</p>\n<p>It waits.</p>\n</div></details>\n</section>\n'
    )


def test_questions_are_numbered_through_the_article_and_can_be_linked() -> None:
    other = GOOD.replace("review-kinds", "other-kinds")
    rendered = render(f"{GOOD}\n\nx\n\n{other}\n[see](#question-2), [again](#question-other-kinds)\n")
    assert [item.key for item in rendered.items] == ["review-kinds", "other-kinds"]
    assert {"question-1", "question-2", "question-review-kinds"} <= rendered.anchors
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
    rendered = render("::: question q\nx?\n\n- [ ] a *b* `c`\n- [x] d\n:::\n", RenderContext(first_line=20))
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
        ("::: question review-kinds", "::: question Now", (1, "item-bad-id")),
        ("::: question review-kinds", "::: question now later", (1, "item-attribute")),
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
    assert codes(f"::: question charts\nx?\n\n{options}:::\n") == []


def test_a_question_without_an_id_has_the_address_of_before_and_a_warning() -> None:
    rendered = render(GOOD.replace(" review-kinds", ""))
    assert '<section class="question" id="question-1" aria-label="Practice question 1">' in rendered.html
    assert '<p class="number">Question 1</p>' in rendered.html
    (problem,) = rendered.problems
    assert (problem.code, problem.level) == ("item-no-id", "warning")
    assert "carrel check --give-ids" in problem.hint


def test_hint_and_source_have_their_own_places() -> None:
    hint, source = "> [!TIP]\n> Which **day**?\n\n", "\nSource: [a rule](https://example.org/)\n:::\n"
    rendered = render(GOOD.replace("- [ ] Pro", f"{hint}- [ ] Pro").replace("\n:::\n", f"\n{source}"))
    assert rendered.problems == ()
    (item,) = rendered.items
    assert (item.hint, item.source) == (
        "<p>Which <strong>day</strong>?</p>",
        '<a href="https://example.org/" rel="noopener">a rule</a>',
    )
    html = rendered.html
    assert html.index("Which review") < html.index('<details class="hint">') < html.index("Prospective")
    assert html.index("It waits.") < html.index('<p class="source">Source: ')
    assert codes(GOOD.replace("- [ ] Pro", f"{hint}{hint}- [ ] Pro")) == [(1, "item-hint-twice")]


def test_an_item_has_its_parts_as_they_are_stored() -> None:
    (item,) = render(GOOD).items
    assert (item.kind, item.key, item.prompt) == (
        "question",
        "review-kinds",
        "<p>Which review <strong>is</strong> this?</p>",
    )
    assert [(option.html, option.right, option.why) for option in item.options] == [
        ("Prospective", False, "<p>It comes before the care.</p>"),
        ("Concurrent", True, "<p>Right. The stay is under way.</p>\n<ul>\n<li>and a list</li>\n</ul>"),
        ("<em>Retro</em>spective", False, "<p>It waits.</p>"),
    ]


def test_a_block_of_code_on_the_line_of_a_box_is_a_mistake() -> None:
    text = GOOD.replace("- [ ] Prospective\n", "- [ ] ```py\n  x = 1\n  ```\n")
    assert (4, "question-fence") in codes(text)


@pytest.mark.parametrize("label", ["Source:", "**Source:**", "*Sources*:", "Sources:"])
def test_the_label_of_a_source_is_not_said_twice(label: str) -> None:
    rendered = render(GOOD.replace("  It waits.\n", f"  It waits.\n\n{label} [a rule](https://x.test/)\n"))
    assert rendered.problems == ()
    assert rendered.items[0].source == '<a href="https://x.test/" rel="noopener">a rule</a>'


def test_a_source_that_became_part_of_a_reason_is_named() -> None:
    rendered = render(GOOD.replace("  It waits.\n", "  It waits.\nSource: a rule\n"))
    assert [(problem.line, problem.code, problem.level) for problem in rendered.problems] == [
        (15, "item-source-line", "warning")
    ]
