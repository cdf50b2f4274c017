"""Backups that a stranger made, handed to an operator who restores them."""

import gzip
import hashlib
import io
import tarfile
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from carrel import clock
from carrel.db import Database
from carrel.settings import Settings
from website.backup import archive, create
from website.backup.archive import ArchivedFile, Manifest
from website.backup.errors import InvalidBackupError
from website.backup_commands import restore_command

MEGABYTE = 1024 * 1024


def bomb(
    path: Path, files: Iterable[tuple[str, bytes]], level: int = 9, *, after: int = 0, release: str = "1"
) -> Path:
    """An archive whose manifest is true."""
    contents = dict(files)
    said = Manifest(
        format=archive.FORMAT + (release != "1"), made_at=clock.now(), kind="by-hand", release=release,
        database="sqlite", revision="0001", rows={}, newest_payment=None, settings={},
        files={
            name: ArchivedFile(size=len(each), sha256=hashlib.sha256(each).hexdigest()) for name, each in contents.items()
        },
    )  # fmt: skip
    with tarfile.open(path, "w:gz", compresslevel=level) as tar:
        for name, content in {archive.MANIFEST: said.model_dump_json().encode(), **contents}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        tar.fileobj.write(bytes(after))
    return path


@pytest.mark.parametrize(
    ("name", "level"), [("database.sqlite3", 9), ("media/a.webp", 9), ("media/a.webp", archive.QUICKLY)]
)
def test_an_attacker_wants_a_small_file_to_fill_the_disk(tmp_path: Path, name: str, level: int) -> None:
    path = bomb(tmp_path / "bomb.tar.gz", [(name, bytes(30 * MEGABYTE))], level)
    into = tmp_path / "into"
    into.mkdir()
    for read in (archive.manifest_of, lambda path: archive.read(path, into)):
        with pytest.raises(InvalidBackupError, match="more than a file of its size can hold"):
            read(path)
    assert list(into.iterdir()) == []


def test_an_attacker_wants_every_inode_of_the_disk(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.tar.gz", ((f"media/{number}.webp", b"x") for number in range(5_000)))
    with pytest.raises(InvalidBackupError, match="5,000 files"):
        archive.manifest_of(path)


def test_an_attacker_wants_the_command_to_read_without_end(tmp_path: Path) -> None:
    path = bomb(tmp_path / "bomb.tar.gz", [("media/a.webp", b"x")], after=5 * MEGABYTE)
    with pytest.raises(InvalidBackupError, match="continues after its end"):
        archive.read(path)


def with_headers(path: Path, kind: bytes, sizes: Iterable[int]) -> Path:
    """An archive that begins with tar's own headers, each followed by so many zeros."""
    with gzip.open(path, "wb", compresslevel=1) as plain:
        for size in sizes:
            info = tarfile.TarInfo("x")
            info.type, info.size = kind, size
            plain.write(info.tobuf())
            plain.write(bytes(-(-size // 512) * 512))
    return path


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_an_attacker_wants_a_header_of_a_gigabyte_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: bytes
) -> None:
    monkeypatch.setattr(archive, "LARGEST_MANIFEST", MEGABYTE)
    path = with_headers(tmp_path / "bomb.tar.gz", kind, [30 * MEGABYTE])
    tracemalloc.start()
    with pytest.raises(InvalidBackupError):
        archive.manifest_of(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10 * MEGABYTE


def test_an_attacker_wants_headers_of_headers_without_end(tmp_path: Path) -> None:
    path = with_headers(tmp_path / "bomb.tar.gz", tarfile.GNUTYPE_LONGNAME, [512] * 3_000)
    with pytest.raises(InvalidBackupError):
        archive.manifest_of(path)


def test_a_database_of_which_nearly_everything_was_erased_is_still_restored(tmp_path: Path) -> None:
    source = tmp_path / "zeros"
    source.write_bytes(bytes(30 * MEGABYTE))
    files = {"database.sqlite3": archive.describe(source)}
    said = Manifest(
        format=archive.FORMAT, made_at=clock.now(), kind="by-hand", release="1", database="sqlite", revision="0001",
        rows={}, newest_payment=None, settings={}, files=files,
    )  # fmt: skip
    archive.write(tmp_path / "own.tar.gz", said, {"database.sqlite3": source})
    assert archive.read(tmp_path / "own.tar.gz") == said


def test_an_attacker_wants_the_operators_terminal_to_obey_his_file(
    tmp_path: Path, settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("website.backup_commands.load", lambda: settings)
    create.create_backup(settings, db)
    path = bomb(tmp_path / "later.tar.gz", [], release="9\x1b]0;owned\x07\x1b[2J\u202egpj\n$ ")
    done = CliRunner().invoke(restore_command, [str(path)])
    assert done.exit_code == 2
    assert "made by a later release" in done.output
    assert r"9\x1b]0;owned\x07\x1b[2J\u202egpj\n$ " in done.output
    assert done.output.removesuffix("\n").isprintable()
