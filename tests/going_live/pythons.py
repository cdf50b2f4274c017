"""Run the quick tests under the newest Python, in the Debian that ships it: `make pythons`, as root, with debootstrap.

The checkout as it stands is copied in, its packages come from this machine's package index, and a user without rights
runs `make quick`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.going_live.debian import Debian, entered

ROOT = Path(__file__).parents[2]
SUITE, PYTHON = "trixie", "python3.13"
PACKAGES = ["ca-certificates", "make", "python3-venv", "postgresql", "nginx", "openssl", "git", "procps"]
HOME = "/home/tester"


def main() -> int:
    """Set up, then run; the status of the tests."""
    with (
        tempfile.TemporaryDirectory(prefix="carrel-pythons-") as folder,
        entered(SUITE, Path(folder)) as debian,
    ):
        debian.install(*PACKAGES)
        debian.run(f"useradd --home-dir {HOME} tester && mkdir {HOME}")
        copy_checkout(Path(folder) / HOME[1:] / "carrel")
        debian.run(f"chown -R tester: {HOME}")
        print(debian.run(f"{PYTHON} --version"), end="", flush=True)
        return run_tests(debian)


def copy_checkout(target: Path) -> None:
    """Copy what git knows, and what it does not ignore, as it lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = b"\0".join(
        name for name in listed.stdout.split(b"\0") if name and (ROOT / os.fsdecode(name)).exists()
    )
    target.mkdir()
    packed = subprocess.run(
        ["tar", "-c", "--null", "-T", "-"], cwd=ROOT, input=names, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", target], input=packed.stdout, check=True)


def run_tests(debian: Debian) -> int:
    """Install the packages and run the quick tests, in sight; the status. One test fetches an archive itself."""
    make = ["make", "--no-print-directory", "-C", f"{HOME}/carrel", "quick", f"PYTHON={PYTHON}"]
    words = ["env", f"HOME={HOME}", *make, f"WORKERS={os.environ.get('WORKERS', '3')}"]
    return subprocess.run(debian.command(*words, network=True, user="tester:tester"), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
