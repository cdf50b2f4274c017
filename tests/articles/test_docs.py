"""What docs/authoring.md shows to an author is accepted as it stands."""

import re
from pathlib import Path

from articles.check import check
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
