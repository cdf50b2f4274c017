"""The release before this one, out of the history: the code as it was at the last commit with an older schema."""

import io
import os
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.faults.site import ROOT
from website.migrations import HEAD

COMMIT = "CARREL_OLDER_RELEASE"  # in the environment: another commit or tag
PARTS = ("site", "articles", "newsletter", "payments")
MIGRATIONS = "site/website/migrations"
MADE_FOR = re.compile(r'^HEAD = "(\d{4})"', re.MULTILINE)


def write(folder: Path) -> str:
    """Write its code into a folder; the commit. Skips the test where the history does not reach so far."""
    commit = os.environ.get(COMMIT) or last_with_an_older_schema()
    if not commit:
        pytest.skip("the history holds no release with an older schema: git fetch --unshallow")
    code = subprocess.run(
        ["git", "archive", commit, *PARTS], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(code)) as archive:
        archive.extractall(folder, filter="data")
    return commit


def last_with_an_older_schema() -> str:
    """The commit; empty if there is none.

    Between two commits that touch the migrations, the schema is the same. Some of them prepare a migration, or leave one
    out that another begins with: no release could be made there. One can where the code was made for the last migration that is there.
    """
    for commit in git("log", "--first-parent", "--format=%H", "--", MIGRATIONS).split():
        before = f"{commit}^"
        made_for = MADE_FOR.search(git("show", f"{before}:{MIGRATIONS}/__init__.py"))
        names = git("ls-tree", "--name-only", f"{before}:{MIGRATIONS}/versions").split()
        last = max((name[:4] for name in names if name[:4].isdigit()), default="")
        if made_for and made_for[1] == last != HEAD:
            return git("rev-parse", "--short", before).strip()
    return ""


def git(*words: str) -> str:
    """What git says; nothing where it knows nothing."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout
