"""A release is refused unless version, changelog, tag and tree belong together."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from deploy import build_release

CHANGES = (
    "# Changes\n\n## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n- Less.\n\n## 1.1.0 (2026-11-01)\n\n- More.\n"
)


def git(root: Path, *words: str) -> None:
    ours = ["-c", "user.name=A Maintainer", "-c", "user.email=maintainer@example.org"]
    subprocess.run(["git", *ours, *words], cwd=root, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A committed tree whose changelog has a section for 1.2.0."""
    (tmp_path / "CHANGELOG.md").write_text(CHANGES)
    git(tmp_path, "init")
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--allow-empty", "--message", "Release")


def test_a_version_with_its_section_in_a_clean_tree_is_released(tree: Path) -> None:
    assert build_release.find_problem(tree, "1.2.0") == ""
    git(tree, "tag", "v1.2.0")
    assert build_release.find_problem(tree, "1.2.0") == ""


def test_a_changed_tree_is_refused(tree: Path) -> None:
    (tree / "new").touch()
    assert "has changes" in build_release.find_problem(tree, "1.2.0")


@pytest.mark.parametrize("version", ["1.1.0", "1.3.0"])
def test_the_newest_section_is_the_versions_own(tree: Path, version: str) -> None:
    assert f"is not {version}" in build_release.find_problem(tree, version)


def test_a_section_needs_its_date(tree: Path) -> None:
    (tree / "CHANGELOG.md").write_text(CHANGES.replace(" (2026-12-01)", ""))
    commit(tree)
    assert "has no date" in build_release.find_problem(tree, "1.2.0")


def test_a_version_that_is_out_is_not_released_again(tree: Path) -> None:
    git(tree, "tag", "--annotate", "--message", "1.2.0", "v1.2.0")
    commit(tree)
    assert "the tag of another commit" in build_release.find_problem(tree, "1.2.0")


@pytest.mark.sweep
def test_a_wheel_built_twice_is_the_same(tmp_path: Path) -> None:
    first, second = build_release.build(tmp_path / "one"), build_release.build(tmp_path / "two")
    assert "website/app.py" in zipfile.ZipFile(first).namelist()
    assert first.read_bytes() == second.read_bytes()
