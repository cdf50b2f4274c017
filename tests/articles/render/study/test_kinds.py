"""Every kind of item: what a reader meets, what is stored, and every mistake an author can make."""

import pytest

from articles.render import RenderContext, for_feed, render
from tests.articles.items import ALL, ANSWER, BY_KIND, CARD, CASE, CLOZE, ORDER, QUESTION, TERM


def codes(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in render(text).problems]


def body(text: str) -> str:
    """The page without what labels the item."""
    return render(text).html.partition("</p>\n")[2]


@pytest.mark.parametrize("kind", BY_KIND)
def test_each_kind_is_one_section_that_opens_without_a_script(kind: str) -> None:
    rendered = render(BY_KIND[kind])
    assert rendered.problems == ()
    assert [block.kind for block in rendered.blocks] == ["question"]
    assert rendered.items[0].kind == kind
    assert f'id="question-{rendered.items[0].key}"' in rendered.html
    assert rendered.html.count("<details") == rendered.html.count("<summary") > 0
    assert "<script" not in rendered.html


def test_all_kinds_stand_side_by_side_with_numbers_of_their_own() -> None:
    rendered = render(f"{ALL}\n[first](#question-1), [second](#question-2), [a card](#question-percent)\n")
    assert rendered.problems == ()
    labels = [
        "Practice question 1",
        "Practice question 2",
        "Card 1",
        "Card 2",
        "Case 1",
        "Term 1",
        "Put in order 1",
    ]
    assert all(f'aria-label="{label}"' in rendered.html for label in labels)
    assert len(rendered.items) == 9


def test_a_short_answer_shows_what_is_accepted_and_what_is_not() -> None:
    assert body(ANSWER) == (
        "<p>Which plan did TEFRA open beside the HMO?</p>\n</div>\n"
        '<details class="answer"><summary>Show the answer</summary>\n'
        '<div class="why yes"><p class="verdict"><span class="said">Accepted:</span> Competitive Medical Plan</p>\n'
        "<p>It is the status of section 1876.</p>\n</div>\n"
        '<div class="why no"><p class="verdict"><span class="said">Not accepted:</span> Capitated medical payment</p>\n'
        "<p>That is how the plans were paid.</p>\n</div>\n</details>\n</section>\n"
    )
    (item,) = render(ANSWER).items
    assert [(option.html, option.why) for option in item.options] == [
        ("Competitive Medical Plan", "<p>It is the status of section 1876.</p>"),
        ("Capitated medical payment", "<p>That is how the plans were paid.</p>"),
    ]


def test_steps_are_shown_in_another_order_which_never_changes() -> None:
    html = render(ORDER).html
    shuffled, _, right = html.partition("<details")
    places = [shuffled.index(step) for step in ("Registration", "Charge entry", "<em>Submission</em>")]
    assert places != sorted(places)
    assert render(ORDER).html == html
    assert right.index("Registration") < right.index("Charge entry") < right.index("Submission")
    assert "Nothing is charged" in right
    (item,) = render(ORDER).items
    assert [option.html for option in item.options] == ["Registration", "Charge entry", "<em>Submission</em>"]
    assert item.answer == "<p>Nothing is charged before somebody is known.</p>"


@pytest.mark.parametrize("count", [3, 4, 5, 9])
def test_no_order_is_ever_shown_in_its_order(count: int) -> None:
    for number in range(40):
        steps = [f"step {number} {place}" for place in range(count)]
        text = "".join(f"{place}. {step}\n" for place, step in enumerate(steps, 1))
        shuffled = render(f"::: order x\nPut.\n\n{text}\nWhy.\n:::\n").html.partition("<details")[0]
        found = sorted(steps, key=shuffled.index)
        assert all(step in shuffled for step in steps)
        assert found != steps


def test_a_loose_list_with_formulas_and_notes_is_shuffled_whole() -> None:
    text = "::: order x\nPut.\n\n1. $a^2$ first\n\n   Because.\n\n2. two[^1]\n\n3. three\n\nWhy.\n:::\n\n[^1]: note\n"
    html = render(text, RenderContext(math=True)).html
    assert html.partition("<details")[0].count("<math") == 1
    assert html.count('id="fnref-1"') == 1
    assert "Because." not in html.partition("<details")[0]


def test_a_gap_stands_where_the_answer_was() -> None:
    assert body(CLOZE) == (
        '<p>The plan was opened by <span class="gap">[…]</span> in 1982.</p>\n</div>\n'
        '<details class="hint"><summary>Hint</summary>\n<div class="why"><p>An act of taxes.</p>\n</div></details>\n'
        '<details class="answer"><summary>Show the answer</summary>\n<div class="why yes"><p><strong>TEFRA</strong></p>\n'
        "<p>The Tax Equity and Fiscal Responsibility Act.</p>\n</div></details>\n</section>\n"
    )
    (item,) = render(CLOZE).items
    assert (item.prompt_text, item.options[0].html) == ("The plan was opened by […] in 1982.", "TEFRA")


def test_a_card_has_a_front_and_a_back() -> None:
    (item,) = render(CARD).items
    assert "<p>What share" in item.prompt
    assert (item.answer, item.source) == ("<p>95 percent.</p>", "Section 1876")
    assert (
        render(CARD).html.index("What share")
        < render(CARD).html.index("<details")
        < render(CARD).html.index("95")
    )


def test_a_term_is_defined_with_or_without_an_empty_line() -> None:
    loose = TERM.replace("Plan\n: A", "Plan\n\n: A")
    for text in (TERM, loose):
        (item,) = render(text).items
        assert item.prompt == "<p><dfn>Competitive Medical Plan</dfn></p>"
        assert item.answer == "<p>A status beside the federally qualified HMO.</p>"


def test_the_items_of_a_case_know_it() -> None:
    case, question, card = render(CASE).items
    assert (case.key, case.prompt_text) == ("third-morning", "Dana finds a lab order marked CMP, fasting.")
    assert (case.case, question.case, card.case) == ("", "third-morning", "third-morning")
    html = render(CASE).html
    assert html.index('class="case"') < html.index('class="stem"') < html.index('class="question"')
    assert html.rstrip().endswith("</section>\n</section>")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ANSWER.replace("[x]", "[ ]"), (1, "question-no-answer")),
        (ANSWER.replace("  It is the status of section 1876.\n", ""), (4, "question-no-reason")),
        (ORDER.replace("3. *Submission*\n", ""), (4, "item-steps")),
        (ORDER.replace("1. ", "- ").replace("2. ", "- ").replace("3. ", "- "), (1, "item-steps")),
        (ORDER.replace("Nothing is charged before somebody is known.\n", ""), (4, "item-no-reason")),
        (CLOZE.replace("==TEFRA==", "TEFRA"), (1, "item-mark")),
        (CLOZE.replace("in 1982", "in ==1982=="), (1, "item-mark")),
        (CARD.replace("paid?\n\n---", "paid?\n---"), (2, "item-heading-line")),
        (CARD.replace("---\n", ""), (1, "item-sides")),
        (CARD.replace("95 percent.\n", ""), (1, "item-sides")),
        (TERM.replace(": A status", "A status"), (1, "item-definition")),
        (TERM.replace(": A status", ": 1982. A status"), (3, "item-term-list")),
        (TERM.replace(": A status", ": A thing\n: A status"), (1, "item-definition")),
        (CASE.replace("Dana finds a lab order marked *CMP, fasting*.\n", ""), (1, "item-case")),
        (CASE.replace("\n::::\n", "\n\nMore.\n::::\n"), (28, "item-case")),
        (":::: case x\nDana.\n::::\n", (1, "item-case")),
        (ORDER.replace("3. *", "3. a\n" * 40 + "3. *"), (1, "item-too-many")),
        (f":::: card x\nFront\n\n---\n\n{TERM}::::\n", (6, "item-nested")),
        (f"::::: case x\nDana.\n\n{CASE}:::::\n", (4, "item-nested")),
        (CARD.replace("card percent", "card Percent"), (1, "item-bad-id")),
        (CARD.replace("card percent", "card 95-percent"), (1, "item-bad-id")),
        (CARD.replace("card percent", "card percent level=hard"), (1, "item-attribute")),
        (CARD.replace("card percent", "card percent meaning=0"), (1, "item-attribute")),
        (CARD.replace("card percent", "card percent colour=red"), (1, "item-attribute")),
        (CARD.replace("card percent", "card"), (1, "item-no-id")),
    ],
)
def test_every_mistake_in_an_item_has_its_line_and_its_name(text: str, expected: tuple[int, str]) -> None:
    assert expected in codes(text)


def test_search_finds_the_words_of_all_kinds_once_and_no_labels() -> None:
    text = render(ALL).text
    for word in ("TEFRA", "Submission", "95 percent", "fasting", "Medical Plan"):
        assert word in text
    assert text.count("Registration") == 1
    for label in ("Accepted", "Show the", "Hint", "[…]", "Question 1", "Case 1"):
        assert label not in text


def test_a_feed_shows_every_kind_and_gives_nothing_away() -> None:
    html = for_feed(render(f"{ALL}\nLast words.\n").html, "https://carrel.test/articles/a/")
    last = html.index("Last words.")
    for answer in (
        "<p><strong>TEFRA</strong></p>",
        "95 percent.",
        "Accepted: Competitive",
        "A status beside",
        "An act of taxes.",
    ):
        assert html.index(answer) > last
    for name in (
        "Card 1: answer",
        "Fill the gap 1: hint",
        "Short answer 1: answer",
        "Put in order 1: answer",
    ):
        assert html.index(f"<strong>{name}</strong> (see") < last < html.rindex(name)
    assert not any(sign in html for sign in ("<details", "<summary", "<section", "<span", "class="))
    question = for_feed(render(QUESTION).html, "https://carrel.test/articles/a/")
    assert question.index("B: correct.") < question.index("Source: ")


def test_a_hint_keeps_a_title_that_says_something() -> None:
    titled = CLOZE.replace("[!TIP]", "[!TIP] Think of taxes")
    assert '<div class="why"><p>Think of taxes</p>' in render(titled).html
    assert "<p>Hint</p>" not in render(CLOZE.replace("[!TIP]", "[!TIP] Hint")).html


def test_words_of_an_author_that_are_marked_stay_with_their_option() -> None:
    (item,) = render("::: question x\nWhich?\n\n- [x] a ==b== c\n- [ ] H~2~O d\n:::\n").items
    assert [option.html for option in item.options] == ["a <mark>b</mark> c", "H<sub>2</sub>O d"]


@pytest.mark.parametrize(
    ("name", "kind"), [("Card", "card"), ("quetsion", "question"), ("{.term}", "term"), ("CASE x", "case")]
)
def test_a_kind_that_is_misspelt_is_named_as_it_is_written_right(name: str, kind: str) -> None:
    (problem,) = render(f"::: {name}\nF\n:::").problems
    assert (problem.code, problem.hint) == ("container-unknown", f"Write `::: {kind}`.")


def test_two_names_of_one_term_are_a_mistake() -> None:
    assert [problem.code for problem in render("::: term a\nDeductible\nExcess\n: One.\n:::").problems] == [
        "item-definition"
    ]
