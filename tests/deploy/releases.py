"""A server's folder of releases, made from a git repository of this code whose packages install in no time."""

import getpass
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.units import ROOT
from website.migrations import HEAD

LATER, CONTRACTING = "9998", "9999"
INSTALL = """
import os, pathlib, sys
release = pathlib.Path(__file__).parents[1]
bin = release / ".venv" / "bin"
bin.mkdir(parents=True, exist_ok=True)
if not (bin / "carrel").exists():
    (bin / "python").symlink_to({python!r})
    (bin / "carrel").write_text(
        f"#!/bin/sh\\nPYTHONPATH={{release}}/site:{{release}} exec {python} -m website \\"$@\\"\\n"
    )
    (bin / "carrel").chmod(0o755)
"""
# The later release's templates call it: a process of the release before that read one would answer 500.
MARK = """
from jinja2 import defaults
defaults.DEFAULT_NAMESPACE["of_the_later_release"] = lambda: ""
"""
MIGRATION = '''"""More"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
{contracts}


def upgrade() -> None:
    op.create_table("more_{revision}", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("reader", sa.Column("more_{revision}", sa.String(40), nullable=True))
'''


@dataclass(frozen=True)
class Server:
    """What /srv/carrel and /etc/carrel are on a server."""

    root: Path
    env_file: Path
    shims: Path  # a `systemctl` of the test's own

    @property
    def source(self) -> Path:
        """The clone."""
        return self.root / "source"

    def release(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run deploy/release.py."""
        given = ["--root", str(self.root), "--env-file", str(self.env_file), "--user", getpass.getuser()]
        command = [sys.executable, str(ROOT / "deploy" / "release.py"), *given, *words]
        environ = {"PATH": f"{self.shims}:{os.environ['PATH']}"}
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    def systemctl(self, script: str) -> None:
        """Let `systemctl` be this shell script."""
        path = self.shims / "systemctl"
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def current(self) -> str:
        """The name of the release that serves."""
        return (self.root / "current").resolve().name

    def tag(self, name: str) -> None:
        """Commit what is in the clone."""
        git = ("git", "-C", self.source, "-c", "user.name=Carrel", "-c", "user.email=desk@carrel.test")
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", name], check=True)
        subprocess.run([*git, "tag", name], check=True)


def make(folder: Path, env: dict[str, str]) -> Server:
    """A server with the tag `v1`, which is this code."""
    server = Server(folder / "srv", folder / "carrel.env", folder / "shims")
    for part in ("site", "articles", "newsletter", "payments"):
        ignore = shutil.ignore_patterns("__pycache__", "content")
        shutil.copytree(ROOT / part, server.source / part, ignore=ignore)
    (server.source / "deploy").mkdir()
    (server.source / "deploy" / "install.py").write_text(INSTALL.format(python=sys.executable), "utf-8")
    server.shims.mkdir()
    server.env_file.write_text("".join(f"{name}={value}\n" for name, value in env.items()), "utf-8")
    subprocess.run(["git", "init", "--quiet", server.source], check=True)
    server.tag("v1")
    return server


def change_everything(server: Server) -> None:
    """A release with other templates, other static files, other code and one more migration: the tag `v2`."""
    for path in (path for name in ("templates", "static") for path in server.source.glob(f"**/{name}/**/*")):
        if path.suffix in {".html", ".txt", ".xml", ".svg"} and "templates" in path.parts:
            path.write_text("{{ of_the_later_release() }}" + path.read_text("utf-8"), "utf-8")
        elif path.suffix in {".css", ".js"}:
            path.write_text(f"{path.read_text('utf-8')}\n/* the later release */\n", "utf-8")
    package = server.source / "site" / "website"
    with (package / "__init__.py").open("a", encoding="utf-8") as file:
        file.write(MARK)
    add_migration(server, LATER, HEAD)
    server.tag("v2")


def add_migration(server: Server, revision: str, before: str, contracts: str = "") -> None:
    """One more revision, which may end the expansion of an earlier one."""
    migrations = server.source / "site" / "website" / "migrations"
    ends = f'CONTRACTS = "{contracts}"' if contracts else ""
    text = MIGRATION.format(revision=revision, before=before, contracts=ends)
    (migrations / "versions" / f"{revision}_more.py").write_text(text, "utf-8")
    head = migrations / "__init__.py"
    text = head.read_text("utf-8")
    assert f'HEAD = "{before}"' in text
    head.write_text(text.replace(f'HEAD = "{before}"', f'HEAD = "{revision}"'), "utf-8")
