"""A fast mail server in a process of its own: it takes everything, and writes down what it took.

python -m tests.support.sink LOG PORT    prints its port (0: a free one). Each line of LOG is a recipient and a Message-ID,
written before the sender hears that the mail was taken.
"""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

END = b"\r\n.\r\n"
MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE | re.IGNORECASE)


@contextmanager
def sink(log: Path, port: int = 0) -> Iterator[int]:
    """Run one, on a free port unless it is given; killed when the block ends. Its port."""
    log.touch()
    command = [sys.executable, "-m", "tests.support.sink", str(log), str(port)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def taken(log: Path) -> list[tuple[str, str]]:
    """(recipient, Message-ID) of every mail that it took."""
    return [tuple(line.split(" ")) for line in log.read_text().splitlines()]  # type: ignore[misc]


def main() -> None:
    """Listen for ever."""
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
    with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as listening:
        sys.stdout.write(f"{listening.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_serve, args=(connection, file), daemon=True).start()


def _serve(connection: socket.socket, file: int) -> None:
    with connection:
        connection.sendall(b"220 sink\r\n")
        to, buffer = b"", b""
        while True:
            line, buffer = _upto(connection, buffer, b"\r\n")
            verb = line[:4].upper()
            if verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                body, buffer = _upto(connection, buffer, END)
                message_id = MESSAGE_ID.search(body)
                os.write(file, b"%s %s\n" % (to, message_id[1] if message_id else b"-"))
            elif verb == b"RCPT":
                to = line.partition(b"<")[2].partition(b">")[0]
            elif verb in {b"", b"QUIT"}:
                return
            connection.sendall(b"250 ok\r\n")


def _upto(connection: socket.socket, buffer: bytes, end: bytes) -> tuple[bytes, bytes]:
    """What stands before the end, and what comes after it; empty when the sender has gone."""
    while end not in buffer:
        try:
            more = connection.recv(1 << 16)
        except OSError:
            more = b""
        if not more:
            return b"", b""
        buffer += more
    first, _, rest = buffer.partition(end)
    return first, rest


if __name__ == "__main__":
    main()
