"""Words as search and relatedness see them."""

from articles.words import KEYWORDS, keywords, words


def test_words_are_small_and_without_accents() -> None:
    assert words("Café: the CMS-1500's Box 33 (ﬁrst)") == [
        "cafe",
        "the",
        "cms",
        "1500",
        "s",
        "box",
        "33",
        "first",
    ]
    assert words("") == []


def test_keywords_leave_out_little_words_and_join_singular_and_plural() -> None:
    weights = dict(
        keywords("The claim", [], words("Claims and a claim, with the policies of a policy, us and a bus"))
    )
    assert set(weights) == {"claim", "policy", "bus"}
    assert weights["claim"] > weights["policy"] > weights["bus"]


def test_words_of_title_and_headings_weigh_more() -> None:
    weights = dict(keywords("Appeals", ["Deadlines"], words("appeal deadline letter")))
    assert weights["appeal"] > weights["deadline"] > weights["letter"]


def test_a_long_text_keeps_the_words_that_come_often() -> None:
    text = [f"word{n}" for n in range(300) for _ in range(1 + n % 7)]
    chosen = keywords("Other", [], text)
    assert len(chosen) == KEYWORDS
    assert all(int(word[4:]) % 7 == 6 for word, _ in chosen if word != "other")


def test_words_of_any_script_are_told_apart_by_what_is_no_letter() -> None:
    assert words("“Naïve”—Straße_2… ΔΌΞΑ e\u0301tude №5") == ["naive", "strasse", "2", "δοξα", "etude", "no5"]
    assert words("don’t") == words("don't") == ["don", "t"]
