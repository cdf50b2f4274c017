"""The file: whatever is wrong with it is found before anything is touched."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from carrel import clock
from website.backup import archive
from website.backup.archive import FORMAT, Manifest
from website.backup.errors import InvalidBackupError


def manifest(**files: archive.ArchivedFile) -> Manifest:
    return Manifest(
        format=FORMAT, made_at=clock.now(), kind="by-hand", release="1", database="sqlite", revision="0001",
        rows={}, newest_payment=None, settings={}, files=files,
    )  # fmt: skip


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An archive with a database of 300 kB that does not shrink."""
    content = tmp_path / "content"
    content.write_bytes(bytes((n * n * 7 + n) % 251 for n in range(300_000)))
    path = tmp_path / "whole.tar.gz"
    said = manifest(**{"database.sqlite3": archive.describe(content)})
    archive.write(path, said, {"database.sqlite3": content})
    return path


def test_what_was_written_is_read(whole: Path, tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    said = archive.read(whole, into)
    assert said == archive.manifest_of(whole)
    assert archive.describe(into / "database.sqlite3") == said.files["database.sqlite3"]


@pytest.mark.parametrize("part", [0.0, 0.001, 0.01, 0.3, 0.7, 0.97, 0.999])
def test_data_12_a_file_cut_short_anywhere_is_refused(whole: Path, tmp_path: Path, part: float) -> None:
    content = whole.read_bytes()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(InvalidBackupError, match="Nothing was changed"):
        archive.read(cut)


def test_a_changed_byte_anywhere_in_the_contents_is_found(whole: Path, tmp_path: Path) -> None:
    plain = bytearray(gzip.decompress(whole.read_bytes()))
    changed = tmp_path / "changed.tar.gz"
    for place in (len(plain) // 4, len(plain) // 2, len(plain) * 3 // 4):
        plain[place] ^= 1
        changed.write_bytes(gzip.compress(bytes(plain), 1))
        with pytest.raises(InvalidBackupError):
            archive.read(changed)
        plain[place] ^= 1


def test_what_is_no_archive_at_all_is_named_so(tmp_path: Path) -> None:
    other = tmp_path / "holiday.jpg"
    other.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
    with pytest.raises(InvalidBackupError, match=r"not a Carrel backup"):
        archive.read(other)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "media/../../x", "media/a/b", "media/.x"]
)
def test_con_04_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    evil, into = tmp_path / "evil.tar.gz", tmp_path / "into"
    into.mkdir()
    said = manifest().model_copy(update={"files": {name: archive.ArchivedFile(size=1, sha256="0" * 64)}})
    with tarfile.open(evil, "w:gz") as tar:
        for member, content in (("manifest.json", said.model_dump_json().encode()), (name, b"x")):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(InvalidBackupError):
        archive.read(evil, into)
    assert list(into.iterdir()) == []


def test_a_link_in_place_of_a_file_is_refused(whole: Path, tmp_path: Path) -> None:
    evil, into = tmp_path / "evil.tar.gz", tmp_path / "into"
    into.mkdir()
    with tarfile.open(evil, "w:gz") as tar:
        content = archive.manifest_of(whole).model_dump_json().encode()
        info = tarfile.TarInfo("manifest.json")
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("database.sqlite3")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(InvalidBackupError):
        archive.read(evil, into)
