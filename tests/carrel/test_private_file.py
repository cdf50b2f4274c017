"""Secrets in files that only their owner reads."""

import os
import stat
from pathlib import Path

import pytest

from carrel.private_file import secret_file


def test_a_secret_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        with secret_file(path) as write:
            write("whsec_1")
    finally:
        os.umask(before)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("whsec_1\n", 0o600)


def test_a_file_that_stood_open_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    with secret_file(path) as write:
        write("new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new\n", 0o600)


def test_what_fails_leaves_the_old_secret_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    with pytest.raises(ValueError, match="refused"), secret_file(path):
        raise ValueError("refused")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("secret", "old")]


def test_where_it_cannot_be_written_nobody_begins(tmp_path: Path) -> None:
    began = []
    with pytest.raises(OSError), secret_file(tmp_path / "none" / "secret"):
        began.append(True)
    assert began == []
