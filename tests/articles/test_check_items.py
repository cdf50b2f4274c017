"""What `check` says across the items of an exam."""

from pathlib import Path

import pytest

from articles.check import check
from tests.articles.items import CARD, QUESTION
from tests.support.articles import article_md, exam_toml, write_files


def found(content: Path, *paths: str) -> list[tuple[str, str]]:
    report = check(content, [content / path for path in paths])
    return [(path, problem.code) for path, problems in report.problems.items() for problem in problems]


def library(tmp_path: Path, exam: str = "", **bodies: str) -> Path:
    files = {
        f"cpb/{name}.md": article_md(name.capitalize(), body, domain="claims", topics="[clean-claims]")
        for name, body in bodies.items()
    }
    return write_files(tmp_path / "content", {"cpb/exam.toml": exam + exam_toml(), **files})


def test_two_items_of_an_exam_have_not_one_id(tmp_path: Path) -> None:
    content = library(tmp_path, one=QUESTION, two=f"Text.\n\n{CARD}\n{QUESTION}")
    assert found(content) == [("cpb/two.md", "item-id-twice")]
    assert found(content, "cpb/one.md") == [("cpb/one.md", "item-id-twice")]  # to whoever writes that file


def test_two_exams_may_have_it(tmp_path: Path) -> None:
    content = library(tmp_path, one=QUESTION)
    other = article_md("Two", QUESTION, domain="claims", topics="[clean-claims]")
    write_files(content, {"ccm/exam.toml": exam_toml("CCM", 2), "ccm/two.md": other})
    assert found(content) == []


def test_a_retired_id_is_gone(tmp_path: Path) -> None:
    content = library(tmp_path, 'retired = ["panel"]\n', one=QUESTION)
    assert found(content) == [("cpb/one.md", "item-id-retired")]


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("claims", []),
        ("claims.lab", []),
        ("claims.lap", ["objective-unknown"]),
        ("lab", ["objective-unknown"]),
    ],
)
def test_an_objective_is_a_domain_or_what_a_domain_declares(
    tmp_path: Path, objective: str, expected: list[str]
) -> None:
    content = library(tmp_path, one=QUESTION.replace("level=apply", f"objective={objective}"))
    path = content / "cpb/exam.toml"
    text = path.read_text().replace(
        'title = "Claims"\n', 'title = "Claims"\nobjectives = { lab = "Laboratory" }\n'
    )
    path.write_text(text)
    assert [code for _, code in found(content)] == expected


def test_a_whole_exam_is_looked_at_when_all_of_it_is(tmp_path: Path) -> None:
    questions = "\n".join(QUESTION.replace("panel", f"panel-{number}", 1) for number in range(20))
    content = library(tmp_path, one=questions)
    assert found(content) == [("cpb/exam.toml", "bank-key-position")]
    assert found(content, "cpb/one.md") == []


def test_an_item_is_linted_where_it_stands(tmp_path: Path) -> None:
    content = library(tmp_path, one=QUESTION.replace("Nothing", "None of the above"))
    (problem,) = check(content).problems["cpb/one.md"]
    lines = (content / "cpb/one.md").read_text().split("\n")
    assert (problem.code, lines[problem.line - 1]) == ("option-all-or-none", "- [ ] None of the above")


def test_an_exam_in_another_language_has_its_own_words(tmp_path: Path) -> None:
    content = library(tmp_path, 'lang = "de"\n', one=QUESTION.replace("Nothing", "None of the above"))
    assert found(content) == []
