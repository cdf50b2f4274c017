"""Bytes of a file, read safely: whole, in UTF-8, not too many, and still the same file."""

import codecs
import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from articles.render import Problem

LARGEST_BYTES = 1_000_000
# A file that changed so shortly before it was read may change again without a new time stamp.
SETTLED_NS = 2_000_000_000


class UnreadableFileError(Exception):
    """A file cannot be read. Carries its `problem`."""

    def __init__(self, code: str, message: str, mend: str, line: int = 1) -> None:
        super().__init__(message)
        self.problem = Problem(line, code, message, mend)


@dataclass(frozen=True)
class Bytes:
    """What a file holds, the SHA-256 of it, and the stamp by which an unchanged file is known."""

    text: str
    digest: str
    stamp: str


def stamp_of(path: Path | str, now_ns: int) -> str:
    """Size, times and inode of a file, or "" when it changed too recently for that to prove anything.

    Raises OSError.
    """
    found = os.stat(path)  # noqa: PTH116 - ten thousand Paths take a while to make
    settled = max(found.st_mtime_ns, found.st_ctime_ns) + SETTLED_NS < now_ns
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}" if settled else ""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, now_ns: int) -> Bytes:
    """The text of a file. Raises `UnreadableFileError`."""
    try:
        stamp = stamp_of(path, now_ns)  # before reading: a change during it makes the stamp old, never new
        raw = _bytes(path)
    except FileNotFoundError:
        raise UnreadableFileError(
            "vanished", "The file went away while it was read.", "Run the command again."
        ) from None
    except OSError as wrong:
        raise _unreadable(wrong) from None
    return Bytes(_decode(raw), hashlib.sha256(raw).hexdigest(), stamp)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > LARGEST_BYTES:
            size = f"The file is larger than {LARGEST_BYTES:,} bytes."
            raise UnreadableFileError("too-large", size, "Split it into several articles.")
        return file.read(LARGEST_BYTES + 1)


def _unreadable(wrong: OSError) -> UnreadableFileError:
    if wrong.errno == errno.ELOOP:
        return UnreadableFileError("symlink-loop", "The link leads back to itself.", "Remove the link.")
    return UnreadableFileError(
        "unreadable", f"The file cannot be read: {wrong.strerror}.", "Mend its permissions."
    )


def _decode(raw: bytes) -> str:
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        message = f"The byte {raw[wrong.start]:#04x} is not UTF-8."
        raise UnreadableFileError("bad-utf-8", message, "Save the file as UTF-8.", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
