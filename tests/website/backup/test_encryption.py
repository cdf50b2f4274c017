"""Copies are encrypted in the format of age: the reference program opens ours, and we open its."""

import shutil
import subprocess
from pathlib import Path

import pytest

from website.backup import encryption
from website.backup.errors import EncryptionError

PLAIN = b"a backup\n" * 30_000  # several of age's chunks of 64 KiB


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain"
    path.write_bytes(PLAIN)
    return path


def key(folder: Path, name: str) -> tuple[Path, str]:
    path = folder / name
    return path, encryption.make_key(path)


def test_each_of_two_keys_opens_it_and_no_other(plain: Path, tmp_path: Path) -> None:
    (mine, my_public), (safe, safe_public), (other, _) = (key(tmp_path, name) for name in ("a", "b", "c"))
    encryption.encrypt(plain, tmp_path / "x.age", [my_public, safe_public])
    assert PLAIN[:100] not in (tmp_path / "x.age").read_bytes()
    for file in (mine, safe):
        encryption.decrypt(tmp_path / "x.age", tmp_path / "again", file)
        assert (tmp_path / "again").read_bytes() == PLAIN
    with pytest.raises(EncryptionError, match=r"x\.age cannot be decrypted with the keys in .*c: "):
        encryption.decrypt(tmp_path / "x.age", tmp_path / "not", other)
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize(
    "harm", [lambda data: data[:-1], lambda data: data[:-70_000], lambda data: data[:-9] + b"x" * 9]
)
def test_one_that_is_cut_short_or_changed_is_refused(plain: Path, tmp_path: Path, harm: object) -> None:
    mine, public = key(tmp_path, "a")
    encryption.encrypt(plain, tmp_path / "x.age", [public])
    (tmp_path / "x.age").write_bytes(harm((tmp_path / "x.age").read_bytes()))  # type: ignore[operator]
    with pytest.raises(EncryptionError, match="cannot be decrypted"):
        encryption.decrypt(tmp_path / "x.age", tmp_path / "not", mine)
    assert not (tmp_path / "not").exists()


def test_a_key_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    mine, public = key(tmp_path, "a")
    assert mine.stat().st_mode & 0o777 == 0o600
    assert public.startswith("age1")
    assert public in mine.read_text()
    before = mine.read_text()
    with pytest.raises(EncryptionError, match="already exists"):
        encryption.make_key(mine)
    assert mine.read_text() == before


@pytest.mark.parametrize("text", ["not a key", "age1qqqq", "AGE-SECRET-KEY-1QQ"])
def test_a_file_that_has_no_secret_key_is_one_sentence(plain: Path, tmp_path: Path, text: str) -> None:
    _, public = key(tmp_path, "a")
    encryption.encrypt(plain, tmp_path / "x.age", [public])
    (tmp_path / "keys").write_text(text)
    with pytest.raises(EncryptionError, match="must have lines that begin with AGE-SECRET-KEY-"):
        encryption.decrypt(tmp_path / "x.age", tmp_path / "not", tmp_path / "keys")


def test_a_public_key_with_a_slip_of_the_pen_is_refused(plain: Path, tmp_path: Path) -> None:
    with pytest.raises(EncryptionError, match="BACKUP_PUBLIC_KEYS has an invalid key"):
        encryption.encrypt(plain, tmp_path / "x.age", ["age1" + "q" * 58])


@pytest.mark.skipif(not shutil.which("age"), reason="the program age is not installed")
@pytest.mark.outside
def test_the_reference_program_opens_ours_and_we_open_its(plain: Path, tmp_path: Path) -> None:
    mine, public = key(tmp_path, "a")
    encryption.encrypt(plain, tmp_path / "ours.age", [public])
    opened = subprocess.run(
        ["age", "--decrypt", "-i", mine, tmp_path / "ours.age"], check=True, capture_output=True
    )
    assert opened.stdout == PLAIN
    subprocess.run(["age-keygen", "-o", tmp_path / "theirs"], check=True, capture_output=True)
    listed = subprocess.run(
        ["age-keygen", "-y", tmp_path / "theirs"], check=True, capture_output=True, text=True
    )
    subprocess.run(
        ["age", "-r", listed.stdout.strip(), "-o", tmp_path / "theirs.age", plain],
        check=True,
        capture_output=True,
    )
    encryption.decrypt(tmp_path / "theirs.age", tmp_path / "again", tmp_path / "theirs")
    assert (tmp_path / "again").read_bytes() == PLAIN
