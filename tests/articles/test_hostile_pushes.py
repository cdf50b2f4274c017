"""Pushes that want out of the site, or to run something (docs/threat-model.md)."""

import subprocess
from pathlib import Path

import pytest

from articles import git_source
from articles.git_source import GitSource, GitSourceError
from carrel.db import Database
from carrel.settings import Settings
from tests.articles.git_authors import Author, anna, author, live, repository, slugs
from tests.support.articles import write_files

__all__ = ["anna", "author", "live", "repository"]
pytestmark = pytest.mark.outside


@pytest.mark.own_database
def test_links_out_of_the_site_and_huge_files_are_refused(
    anna: Author, live: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna.clone / "content/cpb/passwd.md").symlink_to("/etc/passwd")
    anna.commit({})
    refused = anna.push()
    assert refused.returncode != 0
    assert "remote: content/cpb/passwd.md is a symbolic link: commit the files themselves." in refused.stderr
    (anna.clone / "content/cpb/passwd.md").unlink()
    with (anna.clone / "huge.bin").open("wb") as file:
        file.truncate(60_000_000)
    anna.commit({})
    assert "huge.bin has 60,000,000 bytes" in anna.push().stderr
    assert slugs(db) == {"clean-claims"}
    assert not (live.content / "cpb" / "passwd.md").is_symlink()


@pytest.mark.own_database
def test_a_submodule_is_refused(anna: Author) -> None:
    anna.git(
        "update-index",
        "--add",
        "--cacheinfo",
        "160000,1234567890123456789012345678901234567890,content/cpb/sub",
    )
    anna.git("commit", "--quiet", "--message=Sub")
    assert "remote: content/cpb/sub is a submodule" in anna.push().stderr


@pytest.mark.own_database
@pytest.mark.parametrize("name", ["../evil.md", ".git/hooks/post-checkout", "a/../../evil.md"])
def test_a_path_that_leaves_the_folder_is_refused(anna: Author, name: str, tmp_path: Path) -> None:
    """Ordinary git makes no such tree: it is made by hand."""
    blob = anna.git("hash-object", "-w", "content/cpb/clean-claims.md").stdout.strip()
    tree = f"100644 {name}\0".encode() + bytes.fromhex(blob)
    made = subprocess.run(
        ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        cwd=anna.clone,
        input=tree,
        capture_output=True,
        check=True,
    )
    commit = anna.git("commit-tree", "-p", "HEAD", "-m", "x", made.stdout.decode().strip()).stdout.strip()
    refused = anna.push(f"{commit}:refs/heads/main")
    assert refused.returncode != 0
    assert not (tmp_path / "evil.md").exists()


def test_a_folder_with_other_files_is_left_alone(repository: Path, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "site", {"mine.txt": "mine"})
    with (
        pytest.raises(GitSourceError, match="did not come from this repository"),
        GitSource(repository, "main", folder).laid_out("HEAD"),
    ):
        pass
    assert (folder / "mine.txt").read_text() == "mine"


def test_a_repository_among_the_files_is_refused_as_its_hooks_would_run_at_the_next_push(
    anna: Author, live: Settings, tmp_path: Path
) -> None:
    inner = anna.clone / "content" / "inner"
    subprocess.run(["git", "init", "--quiet", "--bare", inner], check=True)
    write_files(
        inner, {"hooks/pre-receive": f"#!/bin/sh\ntouch {tmp_path}/ran\n", "objects/x": "", "refs/x": ""}
    )
    (inner / "hooks" / "pre-receive").chmod(0o755)
    anna.commit({})
    refused = anna.push()
    assert "content/inner/HEAD makes its folder a git repository" in refused.stderr
    anna.git("push", str(live.content / "inner"), "main:other")
    assert not (tmp_path / "ran").exists()


def test_folders_that_hold_each_other_without_end_are_refused_before_anything_is_laid_out(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(kind: str, entries: str) -> str:
        command = ["git", "--git-dir", str(repository), *kind.split()]
        return subprocess.run(
            command, input=entries, capture_output=True, text=True, check=True
        ).stdout.strip()

    mode, thing = "100644 blob", make("hash-object -w --stdin", "x")
    for _ in range(4):  # 10,000 files of five objects; with ten more objects there would be 10^14
        thing = make("mktree", "".join(f"{mode} {thing}\t{number}\n" for number in range(10)))
        mode = "040000 tree"
    monkeypatch.setattr(git_source, "MOST_LIST_BYTES", 100_000)
    with (
        pytest.raises(GitSourceError, match="more files and folders"),
        GitSource(repository, "main", tmp_path / "site").laid_out(thing),
    ):
        pytest.fail("it was laid out")
    assert not list((tmp_path / "site").iterdir())
