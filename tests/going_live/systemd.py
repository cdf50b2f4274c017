"""What systemd would do, in a folder that has none: units are started by their own command lines.

A program `systemctl` in there hands its words over to us. Services of Debian's own are started by their init scripts.
"""

import json
import os
import shlex
import signal
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path

from tests.deploy import units
from tests.going_live.debian import CommandError, Debian

READY_SECONDS = 120
SOCKET = "/run/systemctl.sock"
SYSTEMCTL = f"""#!/usr/bin/python3
import json, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect({SOCKET!r})
connection.sendall(json.dumps(sys.argv[1:]).encode() + b"\\n")
status, said = json.loads(connection.makefile().readline())
print(said, end="", file=sys.stderr)
sys.exit(status)
"""
# As a service with User=, WorkingDirectory=, UMask=, NoNewPrivileges= and an empty CapabilityBoundingSet=.
BEGIN = """
umask "$UMASK"; cd "$FOLDER"
if [ -n "$DOOR" ]; then exec 3<&"$DOOR"; export LISTEN_FDS=1 LISTEN_PID=$$; fi
exec setpriv --reuid="$USER" --regid="$USER" --init-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
"""


class Systemd:
    """The units that run in a Debian."""

    def __init__(self, debian: Debian) -> None:
        self._debian = debian
        self._doors: dict[str, socket.socket] = {}
        self._running: dict[str, tuple[subprocess.Popen[bytes], int]] = {}
        systemctl = debian.folder / "usr/local/bin/systemctl"
        systemctl.write_text(SYSTEMCTL, "utf-8")
        systemctl.chmod(0o755)
        server = socketserver.ThreadingUnixStreamServer(str(debian.folder / SOCKET[1:]), _handler(self.do))
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def do(self, words: list[str]) -> None:
        """What `systemctl WORDS` does. Raises `CommandError`."""
        verb, *names = [word for word in words if not word.startswith("-")]
        if verb == "enable":
            verb, names = "start", names if "--now" in words else []
        for name in names:
            self._one(verb, name if "." in name else f"{name}.service")

    def _one(self, verb: str, name: str) -> None:
        if not name.startswith("carrel"):
            self._debian.run(f"service {name.removesuffix('.service')} {verb}")
        elif name.endswith(".socket"):
            self._open(name)
        elif verb in {"start", "restart"}:
            if verb == "restart":
                self.stop(name)
            if name not in self._running:
                self._start(name)
        elif verb == "stop":
            self.stop(name)
        elif verb == "reload":
            os.kill(self._running[name][1], signal.SIGHUP)
        elif verb != "is-active" or name not in self._running:
            raise CommandError(f"{name} is not active")

    def _open(self, name: str) -> None:
        host, port = self._unit(name)["Socket"]["ListenStream"].split(":")
        self._doors[name.replace(".socket", ".service")] = socket.create_server(
            (host, int(port)), backlog=4096
        )

    def _start(self, name: str) -> None:
        service, door = self._unit(name)["Service"], self._doors.get(name)
        environ = {
            "USER": service["User"],
            "UMASK": service["UMask"],
            "FOLDER": service["WorkingDirectory"],
            "DOOR": str(door.fileno()) if door else "",
        }
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            if service["Type"] == "notify":
                environ["NOTIFY_SOCKET"] = self._bind(notify, name)
            assign = [f"{key}={value}" for key, value in environ.items()]
            words = ["env", *assign, "bash", "-c", BEGIN, "bash", *shlex.split(service["ExecStart"])]
            with self.log(name).open("ab") as out:
                process = subprocess.Popen(
                    self._debian.command(*words),
                    pass_fds=[door.fileno()] if door else [],
                    stdout=out,
                    stderr=out,
                )
            if service["Type"] == "notify":
                self._wait_until_ready(notify, process, name)
        self._running[name] = process, self._main_pid(process, name)

    def _main_pid(self, process: "subprocess.Popen[bytes]", name: str) -> int:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None:
            if pids := children.read_text().split():
                return int(pids[0])
            time.sleep(0.01)
        raise CommandError(f"{name} ended: {self.log(name).read_text('utf-8')[-2000:]}")

    def _bind(self, notify: socket.socket, name: str) -> str:
        path = self._debian.folder / "run" / f"{name}.notify"
        path.unlink(missing_ok=True)
        notify.bind(str(path))
        path.chmod(0o666)
        notify.settimeout(1)
        return f"/run/{path.name}"

    def _wait_until_ready(self, notify: socket.socket, process: "subprocess.Popen[bytes]", name: str) -> None:
        for _ in range(READY_SECONDS):
            try:
                if b"READY=1" in notify.recv(4096):
                    return
            except TimeoutError:
                if process.poll() is not None:
                    break
        raise CommandError(f"{name} did not get ready: {self.log(name).read_text('utf-8')[-2000:]}")

    def stop(self, name: str) -> None:
        """End a service; by force when its time is over."""
        if name not in self._running:
            return
        process, pid = self._running.pop(name)
        os.kill(pid, signal.SIGTERM)
        try:
            process.wait(int(self._unit(name)["Service"]["TimeoutStopSec"]))
        except subprocess.TimeoutExpired:
            os.kill(pid, signal.SIGKILL)
            process.wait()

    def log(self, name: str) -> Path:
        """Where a service's output goes."""
        return self._debian.folder / "var/log" / f"{name}.log"

    def _unit(self, name: str) -> RawConfigParser:
        return units.parse((self._debian.folder / "etc/systemd/system" / name).read_text("utf-8"))


def _handler(do: Callable[[list[str]], None]) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                do(json.loads(self.rfile.readline()))
                answer = (0, "")
            except (CommandError, OSError, KeyError) as wrong:
                answer = (1, f"{wrong}\n")
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    return Handler
