"""The demo's mailbox: a real SMTP server on this machine that keeps every mail as a file."""

import itertools
import socket
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

FOLDER = "mail"


class Mailbox:
    """Takes every mail, delivers none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._numbers = itertools.count()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail. Written aside and renamed, so that nobody reads half a mail."""
        name = f"{time.time_ns():020d}-{next(self._numbers)}.eml"
        aside = self._folder / f".{name}"
        aside.write_bytes(envelope.original_content or b"")
        aside.rename(self._folder / name)
        return "250 Kept"


def start(home: Path) -> tuple[Controller, str]:
    """Start the mailbox on a free port; the server, and its URL for `SMTP_URL`."""
    controller = Controller(Mailbox(home / FOLDER), hostname="127.0.0.1", port=_free_port())
    controller.start()
    return controller, f"smtp://127.0.0.1:{controller.port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
