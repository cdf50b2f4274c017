"""The systemd units that we ship, as a test can start them: their own command lines, in a place of their own."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from configparser import RawConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
CARREL = "/srv/carrel/.venv/bin/carrel"
# What systemd does before it starts a service with a socket (sd_listen_fds(3)).
ACTIVATED = 'exec 3<&"$DOOR"; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'


def read(name: str) -> RawConfigParser:
    """A unit's settings; `#` begins a comment."""
    unit = RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((UNITS / name).read_text("utf-8"))
    return unit


def command(name: str) -> list[str]:
    """The unit's ExecStart, with this Python in place of the installed command."""
    words = read(name)["Service"]["ExecStart"].split()
    assert words[0] == CARREL
    return [sys.executable, "-m", "website", *words[1:]]


def environ(home: Path, **more: str) -> dict[str, str]:
    """The shipped environment file, filled in."""
    lines = (UNITS / "carrel.env").read_text("utf-8").splitlines()
    shipped = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert shipped.keys() >= more.keys() - {"STRIPE_API_BASE"}, (
        "a setting that the shipped file does not name"
    )
    ours = {"CARREL_HOME": str(home), "CARREL_CONTENT": str(ROOT / "articles" / "content")}
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}"}
    return shipped | ours | path | more


class Service:
    """One unit's process; started again when it is restarted, on the same socket."""

    def __init__(
        self, name: str, environ: Mapping[str, str], log: Path, door: socket.socket | None = None
    ) -> None:
        self._name, self._environ, self._log, self._door = name, dict(environ), log, door
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        words = command(self._name)
        kept: tuple[int, ...] = ()
        if self._door is not None:
            words = ["bash", "-c", ACTIVATED, "bash", *words]  # other shells know ten descriptors only
            kept = (self._door.fileno(),)
            self._environ["DOOR"] = str(self._door.fileno())
        with self._log.open("ab") as out:
            return subprocess.Popen(
                words, env=self._environ, cwd=self._log.parent, pass_fds=kept, stdout=out, stderr=out
            )

    def stop(self, seconds: float) -> int:
        """SIGTERM; its exit status."""
        self.process.terminate()
        return self.process.wait(seconds)

    def restart(self, seconds: float) -> None:
        """As `systemctl restart`."""
        assert self.stop(seconds) == 0
        self.process = self._start()
