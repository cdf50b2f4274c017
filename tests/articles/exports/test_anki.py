"""The file for Anki: headers as Anki documents them, a note for each item, and ids that nothing else goes into."""

import csv
import io
import re
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from articles.exports import anki
from articles.exports.anki_sides import back_of, front_of, shuffled
from articles.items import KEY
from articles.models import Article, Exam, StudyItem, StudyText
from tests.articles.items import ALL, CARD, CLOZE, TERM

WriteItems = Callable[..., str]
Notes = dict[str, list[str]]
SLUGS = st.from_regex(re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII), fullmatch=True)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0<>&"), max_size=60)


def notes_of(file: str) -> Notes:
    """The cells behind the headers, by guid, read as CSV with tabs."""
    lines = file.split("\n")
    start = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    rows = csv.reader(io.StringIO("\n".join(lines[start:])), delimiter="\t", strict=True)
    return {row[0]: row[1:] for row in rows}


def item_of(
    kind: str = "card", key: str = "percent", **columns: object
) -> tuple[StudyItem, StudyText, Article]:
    """A row that was never stored."""
    parts = {
        "prompt": "<p>Front</p>",
        "hint": "",
        "options": [],
        "answer": "<p>Back</p>",
        "source": "",
    } | columns
    item = StudyItem(key=key, kind=kind, objective="claims.lab", case_key=None)
    return item, StudyText(**parts), Article(slug="clean-claims", title="Clean claims")


def test_the_headers_are_those_that_anki_documents(write_items: WriteItems) -> None:
    assert write_items().split("\n")[:6] == [
        "#separator:tab",
        "#html:true",
        "#notetype:Basic",
        "#deck:Certified CPB",
        "#guid column:1",
        "#tags column:4",
    ]


def test_every_item_is_a_note_and_a_case_is_none(write_items: WriteItems) -> None:
    notes = notes_of(write_items())
    keys = ["panel", "letters", "claim-life", "act", "percent", "cmp", "fasting", "fasting-hours"]
    assert list(notes) == [f"carrel:cpb/{key}" for key in keys]
    assert {len(cells) for cells in notes.values()} == {3}
    assert {cells[2] for cells in notes.values()} == {"cpb cpb::domain::claims cpb::article::clean-claims"}


def test_a_question_has_its_options_in_front_and_the_right_one_first_behind(write_items: WriteItems) -> None:
    front, back, _tags = notes_of(write_items())["carrel:cpb/panel"]
    assert "<p>A. The panel</p>" in front
    assert "<strong>" not in front
    assert back.index("<strong>B. Each <em>test</em></strong>") < back.index("Right. Report")
    assert back.index("Right. Report") < back.index("Not right:") < back.index("A. The panel")
    assert 'Source: <a href="https://example.org/rule">a rule</a>' in back


def test_the_gap_of_a_cloze_is_in_front_and_filled_behind(write_items: WriteItems) -> None:
    front, back, _tags = notes_of(write_items(CLOZE))["carrel:cpb/act"]
    assert "opened by […] in 1982" in front
    assert "TEFRA" not in front
    assert "opened by <strong>TEFRA</strong> in 1982" in back
    assert "<summary>Hint</summary><p>An act of taxes.</p></details>" in front


def test_an_order_is_shuffled_in_front_and_right_behind(write_items: WriteItems) -> None:
    front, back, _tags = notes_of(write_items())["carrel:cpb/claim-life"]
    steps = re.findall("<li>(.*?)</li>", front)
    right = ["Registration", "Charge entry", "<em>Submission</em>"]
    assert sorted(steps) == sorted(right)
    assert steps != right
    assert re.findall("<li>(.*?)</li>", back) == right


def test_a_short_answer_says_what_is_accepted_and_what_is_not(write_items: WriteItems) -> None:
    _front, back, _tags = notes_of(write_items())["carrel:cpb/letters"]
    assert back.index("<strong>Competitive Medical Plan") < back.index("Not accepted:")
    assert back.index("Not accepted:") < back.index("Capitated")


def test_the_story_of_a_case_stands_above_each_of_its_items(write_items: WriteItems) -> None:
    notes = notes_of(write_items())
    for key in ("fasting", "fasting-hours"):
        assert "Dana finds a lab order" in notes[f"carrel:cpb/{key}"][0]


def test_each_back_leads_to_the_item_in_its_article(write_items: WriteItems) -> None:
    for guid, (_front, back, _tags) in notes_of(write_items()).items():
        key = guid.partition("/")[2]
        assert f'<a href="https://carrel.test/articles/clean-claims/#question-{key}">Clean claims</a>' in back


def test_links_and_pictures_are_absolute() -> None:
    item, text, _ = item_of(
        answer='<p><a href="/articles/b/">b</a> <a href="#c">c</a><img src="/media/d.webp" alt="d" srcset="/media/e.webp 2w"></p>'
    )
    back = back_of(item, text, "https://carrel.test/articles/a/", "A")
    addresses = re.findall(r'(?:href|src)="([^"]*)"', back)
    assert addresses[:3] == [
        "https://carrel.test/articles/b/", "https://carrel.test/articles/a/#c", "https://carrel.test/media/d.webp",
    ]  # fmt: skip
    assert "srcset" not in back


def test_another_text_place_or_kind_is_the_same_note(write_items: WriteItems) -> None:
    before = notes_of(write_items(CARD + TERM))
    after = notes_of(write_items(TERM.replace("A status", "Once a status") + CARD.replace("95", "96")))
    assert set(before) == set(after)
    assert before != after


@given(exam=SLUGS, key=SLUGS, other_exam=SLUGS, other_key=SLUGS)
@example("a-b", "c", "a", "b-c")
def test_two_items_never_share_a_guid(exam: str, key: str, other_exam: str, other_key: str) -> None:
    is_same = (exam, key) == (other_exam, other_key)
    assert (anki.guid_of(exam, key) == anki.guid_of(other_exam, other_key)) is is_same
    assert KEY.match(anki.guid_of(exam, key).rpartition("/")[2])


@given(title=WORDS, front=WORDS, back=WORDS)
def test_no_text_breaks_out_of_its_cell(title: str, front: str, back: str) -> None:
    item, text, article = item_of(
        prompt=f'<p>{front}\t"</p>\n<pre>a\n\tb</pre>', answer=f'<p title="{0}">{back}\r\n</p>'
    )
    file = anki.to_anki(Exam(slug="cpb", title=title), [(item, text, article)], "https://carrel.test")
    lines = file.split("\n")
    assert all(line.startswith("#") for line in lines[:6])
    assert not lines[6].startswith("#")
    cells = notes_of(file)
    assert list(cells) == ["carrel:cpb/percent"]
    assert len(cells["carrel:cpb/percent"]) == 3
    assert "::" not in lines[3].removeprefix("#deck:")


@given(texts=st.lists(WORDS, min_size=2, max_size=8, unique=True), key=SLUGS)
def test_steps_are_never_shown_in_their_order(texts: list[str], key: str) -> None:
    steps = [{"text": text} for text in texts]
    assert shuffled(key, steps) != steps
    assert sorted(step["text"] for step in shuffled(key, steps)) == sorted(texts)
    assert shuffled(key, steps) == shuffled(key, steps)


def test_several_right_options_are_announced() -> None:
    options = [{"html": word, "right": word != "c", "why": "", "text": word} for word in "abc"]
    item, text, _ = item_of("question", options=options)
    assert "<em>Choose 2.</em>" in front_of(item, text, "https://carrel.test/")


def test_the_whole_file_is_the_same_each_time(write_items: WriteItems) -> None:
    assert write_items(ALL) == write_items(ALL)
