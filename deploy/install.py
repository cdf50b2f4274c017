"""Make `.venv` and install what is pinned: `python3 deploy/install.py [run|cluster|demo|test]`, standard library only.

Run by `make` before anything else, on a machine that has nothing of ours, so every failure that such a
machine can bring is answered with one sentence. It must be readable by old Pythons: they get a sentence too.
"""

from __future__ import print_function

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
NEEDED_BYTES = 700 * 1024 * 1024
BUILD_LOCK = "requirements-build.txt"
LOCKS = {
    "run": "requirements.txt",
    "cluster": "requirements-cluster.txt",
    "demo": "requirements-demo.txt",
    "test": "requirements-test.txt",
}


def stop(sentence):
    """End with one sentence."""
    print(sentence, file=sys.stderr)
    sys.exit(1)


def check_machine():
    """What must be true before we begin."""
    if sys.version_info < (3, 11):
        stop(
            "Carrel needs Python 3.11 or later; this is %d.%d. Set PYTHON=python3.11." % sys.version_info[:2]
        )
    if not os.access(ROOT, os.W_OK):
        stop("The folder %s is not writable. Copy Carrel to one that is." % ROOT)
    if not os.path.exists(PYTHON) and shutil.disk_usage(ROOT).free < NEEDED_BYTES:
        stop("The disk is nearly full: Carrel needs 700 MB for its packages. Free up space and try again.")


def make_venv():
    """Create the environment, empty where this Python's own pip can fill it: copying a pip takes seconds.

    Debian splits what pip and venv need into packages of their own.
    """
    if os.path.exists(PYTHON):
        return
    if not has("pip") and not has("ensurepip"):
        stop("Python's venv is missing. On Debian and Ubuntu: apt install python3-venv")
    print("Making .venv ...", flush=True)
    command = [sys.executable, "-m", "venv"] + (["--without-pip"] if has("pip") else []) + [VENV]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        stop("The environment .venv could not be made: " + last_line(made.stdout + made.stderr))


def has(module):
    """Whether this Python has a module."""
    from importlib.util import find_spec

    return find_spec(module) is not None


def install(kind):
    """Install the pinned packages, unless exactly these are there already."""
    lock = os.path.join(ROOT, "deploy", LOCKS[kind])
    stamp = os.path.join(VENV, "installed-" + kind)
    wanted = digest(lock, os.path.join(ROOT, "deploy", BUILD_LOCK), os.path.join(ROOT, "pyproject.toml"))
    if read(stamp) == wanted:
        return
    print("Installing packages (half a minute, the first time) ...", flush=True)
    # The lock is complete, so pip need not look for dependencies, and no release of today can change anything.
    pip("--require-hashes", "--no-deps", "-r", os.path.join(ROOT, "deploy", BUILD_LOCK), *compiling(kind))
    # feedgen has no wheel. It is built with the pinned tools, not with whatever is newest today.
    pip("--require-hashes", "--no-deps", "--no-build-isolation", "-r", lock, *compiling(kind))
    pip("--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT)
    with open(stamp, "w") as file:
        file.write(wanted)


def compiling(kind):
    """Python compiles the fifth of all that is used as it goes; but a site's processes may not write there."""
    return ["--no-compile"] if kind not in ("run", "cluster") and not sys.dont_write_bytecode else []


def read(path):
    """The text of a file; nothing where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def pip(*arguments):
    """Run pip quietly; of a failure, say what it was."""
    start = [sys.executable, "-m", "pip", "--python", PYTHON] if has("pip") else [PYTHON, "-m", "pip"]
    command = start + ["install", "--quiet", "--disable-pip-version-check"] + list(arguments)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return
    if "No space left" in done.stderr:
        stop("The disk is full: the packages could not be installed. Free up space and try again.")
    stop(
        "The packages could not be installed (is the package registry reachable?): " + last_line(done.stderr)
    )


def digest(*paths):
    """One fingerprint of the files."""
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            whole.update(file.read())
    return whole.hexdigest()


def last_line(text):
    """The last line that says something."""
    lines = [line for line in text.splitlines() if line.strip() and "notice" not in line]
    return lines[-1].strip() if lines else "no reason was given"


if __name__ == "__main__":
    try:
        check_machine()
        make_venv()
        install(sys.argv[1] if len(sys.argv) > 1 else "run")
    except (OSError, KeyboardInterrupt) as wrong:
        stop("Setup stopped: %s." % (wrong or "interrupted"))
