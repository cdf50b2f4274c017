"""The text part of a mail: read as an article is, and no word of it lost."""

import re

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.render import for_feed, render
from newsletter.issues.plain_text import text_of
from tests.articles.items import ALL as ITEMS

ARTICLE = """\
## Read the rule

Medicare pays up to $50[^1] a visit, as of 2023[^1]. Read [the rule](https://rule.example/t-42) first.

::: question
Which review is this?

- [ ] Prospective

  Before care starts.

- [x] Concurrent

  Right.

- [ ] Retrospective

  After the stay.
:::

```python
def f(x):
    return 1
```

3. third step
4. fourth step

   with [the rule](https://rule.example/t-42)

| Code | Meaning |
|---|---|
| 99213 | Office visit |

Deductible
: What the patient pays first.

> A quoted
> sentence of <b@c.example>.

- [x] done
  - deeper

H<sub>2</sub>O and x<sup>2</sup>, ![A chart](chart.png)

[^1]: The note with [a source](https://n.example/).
"""

TEXT = """\
Read the rule
=============

Medicare pays up to $50 [1] a visit, as of 2023 [1]. Read the rule [2] first.

Question 1

Which review is this?

A. Prospective

B. Concurrent

C. Retrospective

Answers

A: incorrect.

Before care starts.

B: correct.

Right.

C: incorrect.

After the stay.

    def f(x):
        return 1

3. third step

4. fourth step

   with the rule [2]

Code | Meaning
--------------
99213 | Office visit

Deductible
    What the patient pays first.

> A quoted sentence of b@c.example.

- ☑ done
  - deeper

H_2O and x^2, [Picture: A chart]

Notes

1. The note with a source [3].

[2] https://rule.example/t-42
[3] https://n.example/"""


def feed(markdown: str) -> str:
    return for_feed(render(markdown).html, "https://carrel.test/articles/a/")


def test_an_article_reads_well_as_text() -> None:
    assert text_of(feed(ARTICLE)) == TEXT


def test_a_wide_table_becomes_a_list_of_its_columns() -> None:
    wide = "| Code | Description |\n|---|---|\n" + "".join(f"| {n} | {'long words ' * 9}|\n" for n in (1, 2))
    assert text_of(feed(wide)).split("\n\n") == [
        f"Code: {n}\nDescription: {('long words ' * 9).strip()}" for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("<https://a.example/>", "https://a.example/"),
        ("<a@b.example>", "a@b.example"),
        ("[x](https://a.example) [y](https://a.example)", "x [1] y [1]\n\n[1] https://a.example"),
        ("one\\\ntwo", "one\ntwo"),
        ("1990. year", "1990. year"),
        ("## A *b* `c`", "A b c\n====="),
        ("", ""),
    ],
)
def test_small_things_stay_what_they_are(markdown: str, text: str) -> None:
    assert text_of(feed(markdown)) == text


PARTS = ["word ", "*", "**", "`", "\n", "\n\n", "- ", "1. ", "> ", "# ", "| a | b |\n|-|-|\n", "| c |", "    ", "[^1]", "\n[^1]: ",
         "[", "](https://a.example/)", "<br>", "<b>", "</b>", "```\n", ": ", "---\n", "<details>", "</details>"]  # fmt: skip


@example(["](https://a.example/)", "[^1]", "word "])
@example(["word ", "<b>", "\n", "- ", "word "])
@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40))
def test_no_word_is_lost_and_none_is_twice(parts: list[str]) -> None:
    numbered = "".join(part.replace("word", f"word{number}") for number, part in enumerate(parts))
    html = feed(numbered)
    shown = "".join(html5lib.parse(html, namespaceHTMLElements=False).itertext())
    words = re.compile(r"word\d+")
    text = re.sub(r"^\[\d+\] http.*$", "", text_of(html), flags=re.MULTILINE)  # an address may hold words too
    assert sorted(words.findall(text)) == sorted(words.findall(shown))


def test_items_of_every_kind_read_well_as_text() -> None:
    text = text_of(feed(f"{ITEMS}\nLast words.\n"))
    shown, _, end = text.partition("Last words.")
    assert "Card 1\n\nWhat share of the adjusted average per capita cost was paid?" in shown
    assert "The plan was opened by […] in 1982." in shown
    assert "95 percent." not in shown
    assert "Card 1: answer\n\n95 percent." in end
    assert "Accepted: Competitive Medical Plan" in end
    assert "1. Registration\n2. Charge entry\n3. Submission" in end
    assert "- Registration" in shown
