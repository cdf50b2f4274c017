"""A save is noticed, whatever the folder goes through."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from website.preview import watching


def first_after(saves: Iterator[None], path: Path) -> None:
    """Save from another process as soon as we watch; the test hangs, and is ended, if it is not noticed."""
    script = f"for i in $(seq 1 200); do echo $i >> '{path}'; sleep 0.05; done"
    with subprocess.Popen(["sh", "-c", script]) as writer:
        next(saves)
        writer.kill()


@pytest.mark.parametrize("polling", ["", "1"])
def test_a_save_is_noticed_by_the_system_or_by_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polling: str
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polling)
    first_after(watching.saves(tmp_path), tmp_path / "one.md")


def test_a_folder_that_went_away_is_built_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tmp_path / "content"
    monkeypatch.setattr("website.preview.watching.time.sleep", lambda _seconds: content.mkdir())
    next(watching.saves(content))
    shutil.rmtree(content)


def test_where_the_system_cannot_tell_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def watch(*_paths: Path, force_polling: bool | None, **_options: object) -> Iterator[set[object]]:
        asked.append(force_polling)
        if not force_polling:
            raise OSError(28, "inotify watch limit reached")
        yield {1}

    monkeypatch.setattr(watching, "watch", watch)
    saves = watching.saves(tmp_path)
    next(saves)
    next(saves)
    assert asked == [None, True]
