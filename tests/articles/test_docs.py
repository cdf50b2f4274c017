"""What docs/authoring.md shows to an author is accepted as it stands."""

import re
from pathlib import Path

from articles.check import check
from articles.items import KINDS
from articles.render import render
from tests.support.articles import article_md, exam_toml, write_files

DOCS = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
SHOWN = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, re.M | re.S)


def shown(language: str) -> list[str]:
    return [text for kind, text in SHOWN if kind == language]


def test_the_samples_of_exam_front_matter_and_question_make_a_library_without_mistakes(
    tmp_path: Path, image: bytes
) -> None:
    (front_matter,), (exam, authors), (question,) = shown("yaml"), shown("toml"), shown("")
    text = f"{front_matter}\n## The rule\n\nA claim is clean when nothing is missing.\n\n{question}"
    files: dict[str, str | bytes] = {
        "authors.toml": authors,
        "cpb/exam.toml": exam,
        "ccm/exam.toml": exam_toml("CCM"),
        "cpb/one.md": text,
        "cpb/clinic.jpg": image,
        "cpb/timely-filing.md": article_md("Timely filing"),
        "ccm/discharge-planning.md": article_md("Discharge planning"),
    }
    report = check(write_files(tmp_path, files))
    assert report.problems == {}
    assert report.files == 3


def test_every_kind_of_item_that_is_shown_is_one_without_mistakes(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "items.md").read_text("utf-8")
    items = re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)
    body = "\n".join(items)
    assert {item.kind for item in render(body).items} == set(KINDS)
    assert len(items) == len(KINDS)
    article = article_md("One", body, domain="claims")
    report = check(write_files(tmp_path, {"cpb/exam.toml": exam_toml(), "cpb/one.md": article}))
    assert report.problems == {}


def test_every_code_that_is_named_for_items_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "items.md").read_text("utf-8")
    named = set(
        re.findall(
            r"`((?:item|option|bank|reason|objective|key|absolute|negative|stem|numbers|a-an)-[a-z-]+)`", text
        )
    )
    sources = [path.read_text("utf-8") for path in (Path(__file__).parents[2] / "articles").rglob("*.py")]
    assert len(named) > 12
    assert [code for code in named if not any(f'"{code}"' in source for source in sources)] == []
