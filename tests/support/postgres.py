"""A PostgreSQL cluster of our own, on a free port, run by another user when we are root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.served import free_port

FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300"


def find_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: on the PATH, or where Debian keeps them."""
    on_path = [Path(found).parent for name in ("initdb",) if (found := shutil.which(name))]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in [*on_path, *debian]:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    return None


class Cluster:
    """One cluster, thrown away at the end."""

    def __init__(self) -> None:
        binaries = find_binaries()
        assert binaries is not None
        self._binaries = binaries
        self._folder = Path(
            tempfile.mkdtemp(prefix="carrel-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
        )
        self._user = _other_user()
        if self._user:
            shutil.chown(self._folder, self._user)

    def start(self, options: str = FAST) -> str:
        """Create and start it; the address of its first database."""
        port = free_port()
        self._run(
            "initdb", "-D", self.data, "-U", "carrel", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {options}"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", str(self._folder / "log"), "-o", listen, "start")
        return f"postgresql://carrel@127.0.0.1:{port}/postgres"

    @property
    def data(self) -> str:
        """The data folder."""
        return str(self._folder / "data")

    def control(self, *arguments: str) -> None:
        """Run pg_ctl on this cluster: stop it hard, start it again."""
        self._run("pg_ctl", "-D", self.data, "-w", *arguments)

    def stop(self) -> None:
        """End it and remove its files."""
        self.control("-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        options = {"user": self._user, "group": self._group(), "extra_groups": []} if self._user else {}
        subprocess.run(  # type: ignore[call-overload]
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", **options
        )

    def _group(self) -> int:
        assert self._user
        return pwd.getpwnam(self._user).pw_gid


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
