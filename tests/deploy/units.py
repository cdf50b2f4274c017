"""The systemd units that we ship, as a test can start them: their own command lines, in a place of their own."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from configparser import RawConfigParser
from pathlib import Path

from carrel.settings import read_env_file

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
CARREL = "/srv/carrel/current/.venv/bin/carrel"
ENV_FILE = "/etc/carrel/carrel.env"
HERE = (sys.executable, "-m", "website")
# What systemd does before it starts a service with a socket (sd_listen_fds(3)).
ACTIVATED = 'exec 3<&"$DOOR"; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'


def read(name: str) -> RawConfigParser:
    """A unit's settings; `#` begins a comment."""
    return parse((UNITS / name).read_text("utf-8"))


def parse(text: str) -> RawConfigParser:
    """The settings in a unit's text."""
    unit = RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    return unit


def command(name: str, env_file: Path, carrel: Sequence[str] = HERE) -> list[str]:
    """The unit's ExecStart, with this Python in place of the installed command, and an environment file of ours."""
    words = read(name)["Service"]["ExecStart"].split()
    assert words[:3] == [CARREL, "--env-file", ENV_FILE]
    return [*carrel, "--env-file", str(env_file), *words[3:]]


def env_file(path: Path, home: Path, **more: str) -> Path:
    """The shipped environment file, filled in."""
    shipped = read_env_file(UNITS / "carrel.env")
    assert shipped.keys() >= more.keys() - {"STRIPE_API_BASE"}, (
        "a setting that the shipped file does not name"
    )
    ours = {"CARREL_HOME": str(home), "CARREL_CONTENT": str(ROOT / "articles" / "content")}
    path.write_text("".join(f"{name}={value}\n" for name, value in (shipped | ours | more).items()), "utf-8")
    return path


class Service:
    """One unit's process; started again when it is restarted, on the same socket."""

    def __init__(
        self,
        name: str,
        env_file: Path,
        log: Path,
        door: socket.socket | None = None,
        carrel: Sequence[str] = HERE,
    ) -> None:
        self._words, self._log, self._door = command(name, env_file, carrel), log, door
        self._environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'site'}:{ROOT}"}
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        words = self._words
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
