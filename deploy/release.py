#!/usr/bin/env python3
"""Install a release beside the running one and switch to it, or go back: `release.py install [TAG]`, `release.py rollback`.

Each release has a folder of its own with its own packages (`releases/NAME/.venv`), so that nothing changes under
running processes; `current` is a link to the one that serves, `previous` to the one before. Standard library only,
run as root on the server. docs/decisions/0008-releases.md says why it is so.
"""

import argparse
import getpass
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

UNITS = ("carrel-web", "carrel-worker")
REDIS = re.compile(r"\s*(export\s+)?REDIS_URL(_FILE)?=\s*\S")  # in the file of settings
KEPT = 3  # releases: the current, the previous, and one more


class ReleaseError(Exception):
    """The sentence for the operator."""


class Releases:
    """The releases under one folder."""

    def __init__(self, root: str, env_file: str, user: str) -> None:
        self.root, self.env_file, self.user = Path(root), Path(env_file), user
        self.folder = self.root / "releases"

    def install(self, ref: str) -> Path:
        """Make the folder of a release; its path. What an interrupted installation left is finished."""
        name = output("git", "-C", self.root / "source", "describe", "--tags", "--always", ref)
        target = self.folder / name
        if not target.exists():
            part = self.folder / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            archive = self.folder / f"{name}.tar"
            run("git", "-C", self.root / "source", "archive", f"--output={archive}", ref)
            run("tar", "-xf", archive, "-C", part)
            archive.unlink()
            part.rename(target)
        run(sys.executable, target / "deploy" / "install.py", self.kind())
        sources = [target / name for name in ("site", "articles", "payments", "newsletter")]
        run(target / ".venv/bin/python", "-m", "compileall", "-q", *sources)  # its user may not write there
        return target

    def kind(self) -> str:
        """Which packages this machine needs: those of a cluster where the settings name its Redis."""
        lines = self.env_file.read_text("utf-8").splitlines() if self.env_file.exists() else []
        return "cluster" if any(REDIS.match(line) for line in lines) else "run"

    def switch(self, target: Path) -> None:
        """Migrate with a release and let it serve. One that does not start gives way to the one before."""
        print(f"Switching to {target.name} ...", flush=True)
        if self.carrel(target, "migrate"):
            raise ReleaseError(f"{target.name} cannot run with the current database: nothing was switched.")
        before = self.linked("current")
        link(self.root / "current", target)
        if subprocess.run(["systemctl", "is-active", "--quiet", UNITS[0]], check=False).returncode:
            print("The website was not running, so it was not started.")
        elif subprocess.run(["systemctl", "restart", *UNITS], check=False).returncode:
            if before:
                link(self.root / "current", before)
                run("systemctl", "restart", *UNITS)
            raise ReleaseError(
                f"{target.name} did not start (journalctl -u {UNITS[0]} says why); the previous release is running."
            )
        if before and before != target:
            link(self.root / "previous", before)

    def rollback(self) -> None:
        """Switch to the previous release. It is refused when the schema does not let that one run."""
        if not (previous := self.linked("previous")):
            raise ReleaseError("There is no previous release.")
        self.switch(previous)

    def carrel(self, release: Path, *arguments: str) -> int:
        """Run a command of a release as the site's user; its exit status."""
        become = [] if getpass.getuser() == self.user else ["runuser", "-u", self.user, "--"]
        command: list[str | Path] = [
            *become,
            release / ".venv/bin/carrel",
            "--env-file",
            self.env_file,
            *arguments,
        ]
        return subprocess.run(command, cwd=self.env_file.parent, umask=0o027, check=False).returncode

    def linked(self, name: str) -> Path | None:
        """The release that a link names; None where there is none."""
        path = self.root / name
        return path.resolve() if path.exists() else None

    def prune(self) -> None:
        """Remove all but the newest releases; the current and the previous stay."""
        every = sorted((path for path in self.folder.iterdir()), key=lambda path: path.stat().st_mtime)
        stay = {self.linked("current"), self.linked("previous"), *every[-KEPT:]}
        for path in set(every) - stay:
            shutil.rmtree(path)

    def tell_of_changed_units(self) -> None:
        """Name the units that differ from those of the current release."""
        for path in (self.root / "current/deploy/systemd").glob("carrel-*"):
            installed = Path("/etc/systemd/system", path.name)
            if installed.exists() and installed.read_bytes() != path.read_bytes():
                print(f"{path.name} has changed: copy it from {path.parent}, then systemctl daemon-reload.")


def link(path: Path, target: Path) -> None:
    """Let a link name a folder, in one step."""
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    os.replace(aside, path)


def run(*words: str | Path) -> None:
    """Run a program to its good end. Raises `ReleaseError`."""
    if status := subprocess.run(words, check=False).returncode:
        raise ReleaseError(f"{Path(words[0]).name} ended with status {status}: nothing more was done.")


def output(*words: str | Path) -> str:
    """What a program says on one line. Raises `ReleaseError`."""
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ReleaseError(f"{words[0]} ended with status {done.returncode}: nothing was done.")
    return done.stdout.strip()


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Install a release and switch to it, or go back.")
    parser.add_argument("--root", default="/srv/carrel", help="has source/ (a git clone) and releases/")
    parser.add_argument("--env-file", default="/etc/carrel/carrel.env")
    parser.add_argument("--user", default="carrel", help="the user that runs the site")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install").add_argument(
        "ref", nargs="?", default="HEAD", help="tag, branch or commit"
    )
    commands.add_parser("rollback", help="switch to the previous release")
    given = parser.parse_args()
    os.umask(0o022)  # the site's user reads what root installs
    releases = Releases(given.root, given.env_file, given.user)
    if given.command == "install":
        releases.switch(releases.install(given.ref))
        releases.prune()
    else:
        releases.rollback()
    releases.tell_of_changed_units()


if __name__ == "__main__":
    try:
        main()
    except (ReleaseError, OSError) as wrong:
        sys.exit(str(wrong))
