"""`carrel check --give-ids` writes each missing id once, and nothing else."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from articles.items import KEY
from articles.render import keys_in
from tests.articles.items import ALL, CASE, QUESTION
from tests.support.articles import article_md, exam_toml, write_files
from website.cli import carrel

ARTICLE = article_md(domain="claims", topics="[clean-claims]", body=f"Text.\n\n{ALL}")


def give_ids(content: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    for name in [name for name in os.environ if name.startswith("CARREL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CARREL_CONTENT", str(content))
    monkeypatch.setenv("CARREL_HOME", str(content.parent / "home"))
    return CliRunner().invoke(carrel, ["check", "--give-ids", *options])


def without_ids(text: str) -> str:
    lines = [" ".join(line.split(" ")[:2]) if line.startswith(":::") else line for line in text.split("\n")]
    return "\n".join(lines)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_all_else_stays_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, mark: bytes
) -> None:
    data = mark + without_ids(ARTICLE).replace("\n", ending).encode()
    content = write_files(tmp_path / "content", {"cpb/exam.toml": exam_toml(), "cpb/a.md": data})
    result = give_ids(content, monkeypatch)
    assert result.exit_code == 0, result.output
    after = (content / "cpb/a.md").read_bytes()
    keys = list(keys_in(after.decode("utf-8-sig").replace("\r\n", "\n")))
    assert len(keys) == len(set(keys)) == 9
    assert all(KEY.match(key) for key in keys)
    restored = after
    for key in keys:
        assert restored.count(f" {key}".encode()) == 1
        restored = restored.replace(f" {key}".encode(), b"")
    assert restored == data


def test_a_second_run_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"cpb/exam.toml": exam_toml(), "cpb/a.md": without_ids(ARTICLE)}
    content = write_files(tmp_path / "content", files)
    assert "Gave ids to items in 1 file." in give_ids(content, monkeypatch).output
    once = (content / "cpb/a.md").read_bytes()
    result = give_ids(content, monkeypatch)
    assert "Gave ids to items in 0 files." in result.output
    assert "item-no-id" not in result.output
    assert (content / "cpb/a.md").read_bytes() == once


def test_attributes_and_the_ids_that_are_there_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"{QUESTION.replace(' panel', '')}\n{CASE}\n```\n::: question\n```\n"
    text = article_md(domain="claims", topics="[clean-claims]", body=body)
    content = write_files(tmp_path / "content", {"cpb/exam.toml": exam_toml(), "cpb/a.md": text})
    output = give_ids(content, monkeypatch).output
    after = (content / "cpb/a.md").read_text()
    lines = [line for line in after.split("\n") if line.startswith("::: question ")]
    assert [len(lines), lines[0].endswith(" level=apply"), lines[1]] == [2, True, "::: question fasting"]
    assert "```\n::: question\n```" in after
    assert f"+{lines[0]}" in output


def test_no_id_is_given_that_the_exam_has_or_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chance is replaced by a counter whose first numbers are taken."""
    signs = iter("a22222" + "a33333" + "a44444")
    monkeypatch.setattr("articles.items.secrets.choice", lambda _signs: next(signs))
    other = article_md(
        "Other", domain="claims", topics="[clean-claims]", body=QUESTION.replace("panel", "a33333", 1)
    )
    files = {
        "cpb/exam.toml": 'retired = ["a22222"]\n' + exam_toml(),
        "cpb/a.md": article_md(
            domain="claims", topics="[clean-claims]", body=QUESTION.replace(" panel", "", 1)
        ),
        "cpb/b.md": other,
    }
    content = write_files(tmp_path / "content", files)
    give_ids(content, monkeypatch)
    assert "::: question a44444 level=apply" in (content / "cpb/a.md").read_text()


def test_only_the_files_that_are_named_get_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = QUESTION.replace(" panel", "")
    files = {
        name: article_md(name, domain="claims", topics="[clean-claims]", body=body)
        for name in ("cpb/a.md", "cpb/b.md")
    }
    content = write_files(tmp_path / "content", {"cpb/exam.toml": exam_toml(), **files})
    give_ids(content, monkeypatch, str(content / "cpb/a.md"))
    assert list(keys_in((content / "cpb/a.md").read_text())) != []
    assert (content / "cpb/b.md").read_text() == files["cpb/b.md"]
