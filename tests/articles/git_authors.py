"""A bare repository with the hook that we ship, and authors who push to it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from articles import queries
from carrel import clock
from carrel.db import Database
from carrel.settings import Settings
from tests.support.articles import article_md, exam_toml, write_files

KEY = "a-key-for-tests-only-of-32-bytes-or-more"


HOOK = """#!/bin/sh
cd "$(dirname "$0")/.." && GIT_DIR=$(pwd) && export GIT_DIR && cd / || exit 3
exec {python} -m website publish --from git --into {folder}
"""


class Author:
    """A clone, and what git says when it pushes."""

    def __init__(self, clone: Path, environment: dict[str, str]) -> None:
        self.clone, self.environment = clone, environment

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["git", "-c", "user.name=Anna", "-c", "user.email=anna@example.org", *arguments]
        return subprocess.run(
            command, cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )

    def push(self, *refs: str) -> subprocess.CompletedProcess[str]:
        return self.git("push", "origin", *(refs or ("main",)))

    def commit(self, files: dict[str, str]) -> None:
        write_files(self.clone, files)
        self.git("add", "--all")
        assert self.git("commit", "--quiet", "--message=Write").returncode == 0


@pytest.fixture
def live(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"content": tmp_path / "site" / "content", "home": tmp_path / "home"})


@pytest.fixture
def repository(live: Settings, tmp_path: Path) -> Path:
    """The repository on the server, with the hook that is shipped but for its paths."""
    path = tmp_path / "site.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    install_hook(path, "pre-receive")
    return path


def install_hook(repository: Path, name: str) -> None:
    hook = repository / "hooks" / name
    hook.write_text(HOOK.format(python=sys.executable, folder=repository.parent / "site"))
    hook.chmod(0o755)


@pytest.fixture
def author(live: Settings, repository: Path, tmp_path: Path) -> Callable[[str], Author]:
    live.home.mkdir()
    root = Path(__file__).parents[2]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CARREL_"))} | {
        "DATABASE_URL": live.database_url, "CARREL_HOME": str(live.home), "CARREL_CONTENT": str(live.content),
        "PYTHONPATH": f"{root / 'site'}:{root}", "CARREL_SECRET_KEYS": KEY,
    }  # fmt: skip

    def clone(name: str) -> Author:
        subprocess.run(
            ["git", "clone", "--quiet", repository, tmp_path / name], check=True, stderr=subprocess.DEVNULL
        )
        return Author(tmp_path / name, environment)

    return clone


@pytest.fixture
def anna(author: Callable[[str], Author]) -> Author:
    """An author who has pushed a site with one article."""
    anna = author("anna")
    anna.git("checkout", "--quiet", "-B", "main")
    anna.commit({"content/cpb/exam.toml": exam_toml(), "content/cpb/clean-claims.md": article_md()})
    pushed = anna.push()
    assert pushed.returncode == 0, pushed.stderr
    assert "remote: Published: 1 articles" in pushed.stderr
    return anna


def slugs(db: Database) -> set[str]:
    with db.read() as session:
        return {article.slug for article in queries.newest(session, clock.now(), 100)}
