"""Reads text files safely: UTF-8, of limited size, with a digest and a stat by which an unchanged file is known."""

import codecs
import errno
import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from articles.problems import Problem

MAX_BYTES = 1_000_000
# A file that changed just before it was read may change again within the resolution of its time stamp.
SETTLED_NS = 2_000_000_000


class UnreadableFileError(Exception):
    """A file cannot be read. Carries its `problem`."""

    def __init__(self, code: str, message: str, hint: str, line: int = 1) -> None:
        super().__init__(message)
        self.problem = Problem(line, code, message, hint)


@dataclass(frozen=True)
class SourceFile:
    """The text of a file, the SHA-256 of its bytes, and its stat (see `stat_of`)."""

    text: str
    digest: str
    stat: str


def stat_of(path: Path | str, now_ns: int) -> str:
    """Size, times and inode of a file, or "" when it changed too recently for them to prove anything.

    Raises OSError.
    """
    stat = os.stat(path)  # noqa: PTH116 - faster than making ten thousand Paths
    settled = max(stat.st_mtime_ns, stat.st_ctime_ns) + SETTLED_NS < now_ns
    return f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ctime_ns}-{stat.st_ino}" if settled else ""


def written_ns(stat: str) -> int:
    """When a file with this stat was written, as far as it says so; one that was written just now is the newest."""
    return int(stat.split("-")[1]) if stat else sys.maxsize


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_file(path: Path, now_ns: int) -> SourceFile:
    """The text of a file. Raises `UnreadableFileError`."""
    try:
        stat = stat_of(path, now_ns)  # before reading: a change meanwhile makes it outdated, never too new
        data = _read_bytes(path)
    except FileNotFoundError:
        raise UnreadableFileError(
            "vanished", "The file was removed while it was being read.", "Run the command again."
        ) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnreadableFileError(
                "symlink-loop", "The link points to itself.", "Remove the link."
            ) from None
        message = f"The file cannot be read: {error.strerror}."
        raise UnreadableFileError("unreadable", message, "Correct its permissions.") from None
    return SourceFile(decode_text(data), hashlib.sha256(data).hexdigest(), stat)


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            message = f"The file is larger than {MAX_BYTES:,} bytes."
            raise UnreadableFileError("too-large", message, "Split it into several articles.")
        return file.read(MAX_BYTES + 1)


def decode_text(data: bytes) -> str:
    """The text of a file's bytes, with line ends as \\n. Raises `UnreadableFileError`."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"The byte {data[error.start]:#04x} is not UTF-8."
        raise UnreadableFileError("bad-utf-8", message, "Save the file as UTF-8.", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
