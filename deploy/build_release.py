"""Build the wheel of a release into dist/: `make release`. docs/releasing.md has the steps around it."""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Check, build, and say what comes next."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    problem = find_problem(ROOT, version)
    if problem:
        print(f"Version {version} cannot be released: {problem}", file=sys.stderr)
        return 2
    wheel = build(ROOT / "dist")
    print(f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.relative_to(ROOT)}")
    print(f'Next: make sbom audit, then git tag -a v{version} -m "Carrel {version}"')
    return 0


def find_problem(root: Path, version: str) -> str:
    """What is in the way, as the end of a sentence; empty when nothing is."""
    if git(root, "status", "--porcelain"):
        return "the working tree has changes. Commit or stash them."
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    sections = re.findall(r"^## (?!Unreleased)(\S+)(.*)$", changes, re.MULTILINE)
    if not sections or sections[0][0] != version:
        return f"the newest section of CHANGELOG.md is not {version}."
    if not re.fullmatch(r" \(\d{4}-\d\d-\d\d\)", sections[0][1]):
        return f'its section in CHANGELOG.md has no date: "## {version} (YYYY-MM-DD)".'
    tagged = git(root, "tag", "--list", f"v{version}") and git(root, "rev-parse", f"v{version}^{{commit}}")
    if tagged and tagged != git(root, "rev-parse", "HEAD"):
        return f"v{version} is the tag of another commit. Raise the version in pyproject.toml."
    return ""


def git(root: Path, *words: str) -> str:
    """What git prints."""
    return subprocess.run(
        ["git", *words], cwd=root, capture_output=True, text=True, check=True
    ).stdout.strip()


def build(folder: Path) -> Path:
    """The wheel, built from the checkout."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob("carrel-*.whl"), key=lambda path: path.stat().st_mtime_ns)


if __name__ == "__main__":
    sys.exit(main())
