"""Install each lock into a new environment with the oldest and the newest pip: `make lock-check`. Takes minutes.

`deploy/install.py` spares pip the search for dependencies; here pip looks for them itself, as it does for people who
install a lock by hand. Only feedgen is built, with the pinned tools; building another would fetch tools that nothing pins.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEPLOY = Path(__file__).parent
LOCKS = ["requirements.txt", "requirements-test.txt"]  # the trial's lies between the two
ONLY_WHEELS = ("--only-binary", ":all:")
PIPS = ["pip==22.3", "pip"]  # what Python 3.11.0 brought, and the newest there is


def main() -> int:
    """Report every combination; 1 if one failed."""
    results = [check(lock, pip) for pip in PIPS for lock in LOCKS]
    return 0 if all(results) else 1


def check(lock: str, wanted: str) -> bool:
    """Whether a lock installs into a new environment where nothing lacks anything."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="carrel-lock-") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = str(Path(folder, "bin", "python"))
        if not pip(python, "install", "--upgrade", wanted):
            return False
        subprocess.run([python, "-m", "pip", "--version"], check=True)
        good = pip(
            python, "install", "--require-hashes", *ONLY_WHEELS, "-r", str(DEPLOY / "requirements-build.txt")
        )
        built = ("--no-binary", "feedgen", "--no-build-isolation")
        good = good and pip(
            python, "install", "--require-hashes", *ONLY_WHEELS, *built, "-r", str(DEPLOY / lock)
        )
        good = good and pip(python, "check")
    print(f"{lock}: {'installed' if good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return good


def pip(python: str, *arguments: str) -> bool:
    """Run a pip; its errors are shown."""
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
