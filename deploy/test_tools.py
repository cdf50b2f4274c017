"""See that the programs are there which tests use beside Python; as root on Debian, install them.

Without root, say in one sentence what is missing: tests that need it are skipped, or refused under CI=true.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = {
    "chromium-headless-shell": ("chromium-headless-shell",),
    "postgresql": ("initdb",),
    "nginx": ("nginx",),
    "openssl": ("openssl",),
    "epubcheck": ("epubcheck", "java"),
    "spamassassin": ("spamassassin",),
    "maildir-utils": ("mu",),
    "w3m": ("w3m",),
    "tidy": ("tidy",),
    "age": ("age", "age-keygen"),
    "redis-server": ("redis-server",),
}
# The shell is Chromium without its windows: the same pages for a third of the time. A whole one does as well.
INSTEAD = {"chromium-headless-shell": "chromium"}
ELSEWHERE = ["/usr/sbin", *sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))]
APT = [
    "apt-get",
    "-y",
    "-qq",
    "-o",
    "Dpkg::Use-Pty=0",
    "-o",
    "Acquire::http::Timeout=30",
    "--no-install-recommends",
]


def missing() -> list[str]:
    """The packages whose program is not there."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *ELSEWHERE])
    return [
        package
        for package, programs in TOOLS.items()
        if not all(shutil.which(program, path=path) for program in programs)
    ]


def main() -> None:
    """Install what is missing, or say so."""
    wanted = missing()
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing", ", ".join(wanted), "for the tests ...", flush=True)  # noqa: T201
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        # One by one: what an older Debian does not have must not keep the others away.
        for command in (["update"], *(["install", package] for package in wanted)):
            subprocess.run([*APT, *command], env=quiet, check=False, stdout=subprocess.DEVNULL)
        wanted = missing()
    wanted = [each for each in wanted if not shutil.which(INSTEAD.get(each, ""))]
    if wanted:
        sentence = f"Missing for the tests: {', '.join(wanted)}. Install with: apt install {' '.join(wanted)}"
        print(sentence, file=sys.stderr)  # noqa: T201
        sys.exit(1 if os.environ.get("CI") else 0)


if __name__ == "__main__":
    main()
