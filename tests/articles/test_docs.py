"""What docs/authoring.md shows to an author is accepted as it stands."""

import re
from pathlib import Path

from articles.check import check
from tests.support.articles import article_md, write_files

DOCS = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
SHOWN = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, re.M | re.S)


def shown(language: str) -> str:
    (sample,) = (text for kind, text in SHOWN if kind == language)
    return str(sample)


def test_the_samples_of_exam_front_matter_and_question_make_a_library_without_mistakes(
    tmp_path: Path,
) -> None:
    text = f"{shown('yaml')}\n## The rule\n\nA claim is clean when nothing is missing.\n\n{shown('')}"
    files = {"cpb/exam.toml": shown("toml"), "cpb/one.md": text, "cpb/two.md": article_md()}
    report = check(write_files(tmp_path, files))
    assert report.problems == {}
    assert report.files == 2
