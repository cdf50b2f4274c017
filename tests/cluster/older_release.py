"""The release before this one, out of the history: the code as it was before the newest migration."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.faults.site import ROOT
from website.migrations import HEAD

COMMIT = "CARREL_OLDER_RELEASE"  # in the environment: another commit or tag
PARTS = ("site", "articles", "newsletter", "payments")


def write(folder: Path) -> Path:
    """Write its code into a folder; the folder. Skips the test where there is no history."""
    commit = os.environ.get(COMMIT) or _before_the_newest_migration()
    code = subprocess.run(["git", "archive", commit, *PARTS], cwd=ROOT, capture_output=True, check=False)
    if code.returncode:
        pytest.skip(f"the release before this one is not in the history: {code.stderr.decode()}")
    with tarfile.open(fileobj=io.BytesIO(code.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def _before_the_newest_migration() -> str:
    added = [
        "git",
        "log",
        "--diff-filter=A",
        "--format=%H",
        "-1",
        "--",
        f"site/website/migrations/versions/{HEAD}_*",
    ]
    said = subprocess.run(added, cwd=ROOT, capture_output=True, text=True, check=False)
    return f"{said.stdout.strip() or 'HEAD~0'}^"
